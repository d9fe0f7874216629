using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Settings;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Tests;

/// <summary>What is wrong with one entry of a spool keeps none of the others waiting, and is told.</summary>
public sealed class SpoolWatchTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-spool-");
    private readonly SetClock _clock = new();
    private readonly StringWriter _told = new();
    private readonly CaptureInbox _inbox;
    private readonly DeliveryWriter _writer;

    public SpoolWatchTests()
    {
        var journal = new Journal(TextWriter.Synchronized(_told), TimeProvider.System);
        _inbox = new CaptureInbox(Path.Combine(_folder.FullName, "inbox"));
        _writer = new DeliveryWriter(_inbox, journal, TimeProvider.System, _ => { });
        Watch = new SpoolWatch(Spool, isOwn: false, _inbox, _writer, new LimitSettings(), journal, _clock);
    }

    private static CancellationToken End => TestContext.Current.CancellationToken;

    private string Spool => Path.Combine(_folder.FullName, "spool");

    private SpoolWatch Watch { get; }

    private string Told
    {
        get
        {
            lock (_told)
            {
                return _told.ToString();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _inbox.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>A name in a tar header has 100 bytes: 60 letters of two bytes are too many, 100 not.</summary>
    [Fact]
    public async Task A_name_that_no_tar_header_takes_is_left_out_and_the_rest_is_read()
    {
        string capture = Capture("fw1", "a", "fw1");
        File.WriteAllText(Path.Combine(capture, new string('ü', 60)), "x");
        File.WriteAllText(Path.Combine(capture, new string('x', 100)), "x");
        Capture("fw1", "b", "fw1", "leak2");

        await Watch.LookAsync(End);

        Assert.Equal(2, _inbox.List("fw1", 10).Length);
        Assert.Equal("", Told);
    }

    [Fact]
    public async Task What_cannot_be_read_for_now_is_tried_again_when_its_pause_is_over()
    {
        string capture = Capture("fw1", "a", "fw1");
        string target = Path.Combine(_folder.FullName, "later");
        File.CreateSymbolicLink(Path.Combine(capture, "netstat-m.txt"), target);
        Capture("fw1", "b", "fw1", "leak2");

        await Watch.LookAsync(End);
        Assert.Single(_inbox.List("fw1", 10));
        Assert.Contains("tried again in 10 s", Told, StringComparison.Ordinal);

        File.WriteAllText(target, "");
        await Watch.LookAsync(End);
        Assert.Single(_inbox.List("fw1", 10));

        _clock.Now += HeldBack.ShortestPause;
        await Watch.LookAsync(End);
        Assert.Equal(2, _inbox.List("fw1", 10).Length);
    }

    [Fact]
    public void Pauses_grow_to_a_bound_and_start_anew_with_what_changed()
    {
        var held = new HeldBack(_clock);

        Assert.Equal(10, held.Add("a", "1").TotalSeconds);
        Assert.Equal(20, held.Add("a", "1").TotalSeconds);
        Assert.True(held.Has("a", "1"));
        Assert.False(held.Has("a", "2"));
        for (int i = 0; i < 100; i++)
        {
            held.Add("a", "1");
        }

        Assert.Equal(HeldBack.LongestPause, held.Add("a", "1"));
        Assert.Equal(HeldBack.ShortestPause, held.Add("a", "2"));
    }

    [Fact]
    public async Task What_is_too_large_is_told_once_and_not_tried_until_it_changes()
    {
        string capture = Capture("fw1", "a", "fw1");
        using (FileStream large = File.Create(Path.Combine(capture, "dmesg.txt")))
        {
            large.SetLength((64 << 20) + 1);
        }

        await Watch.LookAsync(End);
        _clock.Now += TimeSpan.FromDays(1);
        await Watch.LookAsync(End);

        Assert.Empty(_inbox.Waiting());
        Assert.Contains("larger than 64 MiB; skipped", Told, StringComparison.Ordinal);
        Assert.Single(Told.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task An_archive_of_several_hosts_is_refused_and_one_of_two_names_of_a_host_is_not()
    {
        Archive("fw1", "several.tar.gz", "fw1", "web2");
        Archive("fw1", "same.tar.gz", "fw1", "FW1.example.org");
        Archive("fw1", "other.tar.gz", "db3");

        await Watch.LookAsync(End);

        Assert.Equal(
            [("FW1.example.org", 1L), ("db3", 1L)], _inbox.Waiting().OrderBy(w => w.Host, StringComparer.Ordinal));
        Assert.Contains("several.tar.gz: it is of several hosts (fw1, web2)", Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_defect_ends_neither_the_look_nor_the_watch()
    {
        Capture("fw1", "a", "fw1");
        _clock.Fault = new InvalidOperationException("a defect");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(End);
        Archive("fw1", "0.tar.gz", "fw1");

        // The first entry asks for the time, and fails; the next look goes on where it was.
        Task run = Watch.RunAsync(end.Token);
        Assert.False(run.IsCompleted);
        Assert.Contains("internal error: InvalidOperationException: a defect", Told, StringComparison.Ordinal);
        await end.CancelAsync();
        await run;
        await Watch.LookAsync(End);

        Assert.Equal(("fw1", 2L), Assert.Single(_inbox.Waiting()));
    }

    private string Capture(string folder, string name, string host, string type = "leakmod")
    {
        DirectoryInfo capture = Directory.CreateDirectory(Path.Combine(Spool, folder, name));
        foreach ((string file, byte[] content) in HostCaptures.SmallFiles(host, 1, type))
        {
            if (file != "netstat-m.txt")
            {
                File.WriteAllBytes(Path.Combine(capture.FullName, file), content);
            }
        }

        return capture.FullName;
    }

    private void Archive(string folder, string name, params string[] hosts)
    {
        Directory.CreateDirectory(Path.Combine(Spool, folder));
        string file = Path.Combine(Spool, folder, name);
        File.WriteAllBytes(file, HostCaptures.Tar(hosts.SelectMany(
            host => HostCaptures.SmallFiles(host, 1).Select(f => ($"{host}/{f.Name}", f.Content)))));
        File.SetLastWriteTimeUtc(file, _clock.Now.UtcDateTime.AddMinutes(-5));
    }
}
