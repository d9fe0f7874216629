using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures.Sources;

public class FolderSourceTests
{
    private const string Zones = "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP XDOM\nmbuf: 256, 0, 1, 2, 3, 0, 0, 0\n";

    [Fact]
    public void A_folder_with_command_files_is_one_capture()
    {
        HostSource host = Assert.Single(Open(Folder("caps/a", File("vmstat-z.txt", Zones))).Hosts);
        Capture capture = Assert.Single(host.Captures());
        Assert.Equal("caps/a", capture.Source);
        Assert.Equal("caps/a/vmstat-z.txt", capture.Zones!.File.Path);
    }

    [Fact]
    public void A_manifest_says_host_and_time()
    {
        HostSource host = Assert.Single(Open(Member("a", "fw1", "2026-11-20T18:00:00Z")).Hosts);
        Capture capture = Assert.Single(host.Captures());
        Assert.Equal("fw1", host.Host);
        Assert.Equal("fw1", capture.Host.Name);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero), capture.TakenAt);
    }

    [Fact]
    public void Captures_of_a_spool_come_in_the_order_of_their_manifests()
    {
        SourceSet set = Open(Folder(
            "spool",
            Member("1", "fw1", "2026-11-20T20:00:00Z"),
            Member("2", "fw1", "2026-11-20T18:00:00Z"),
            Member("3", "fw1", "2026-11-20T19:00:00Z")));
        HostSource host = Assert.Single(set.Hosts);
        Assert.Equal(["spool/2", "spool/3", "spool/1"], host.Captures().Select(c => c.Source));
        Assert.Equal([("spool/2", "spool/1")], host.ClockBackwards);
    }

    [Fact]
    public void Names_that_are_words_say_nothing_about_the_clock()
    {
        SourceSet set = Open(Folder(
            "x", Member("after", "fw1", "2026-11-20T20:00:00Z"), Member("before", "fw1", "2026-11-20T18:00:00Z")));
        HostSource host = Assert.Single(set.Hosts);
        Assert.Equal(["x/before", "x/after"], host.Captures().Select(c => c.Source));
        Assert.Empty(host.ClockBackwards);
    }

    [Fact]
    public void Without_any_time_the_natural_order_of_names_counts()
    {
        SourceSet set = Open(Folder("spool", Plain("10"), Plain("9"), Plain("1")));
        Assert.Equal(["spool/1", "spool/9", "spool/10"], Assert.Single(set.Hosts).Captures().Select(c => c.Source));
    }

    [Fact]
    public void A_folder_named_by_its_time_needs_no_manifest()
    {
        SourceSet set = Open(Folder(
            "spool", Folder("fw1", Plain("2026-11-20T18:00:00Z"), Plain("2026-11-20T17-00-00Z"))));
        Capture[] captures = [.. Assert.Single(set.Hosts).Captures()];
        Assert.Equal(["spool/fw1/2026-11-20T17-00-00Z", "spool/fw1/2026-11-20T18:00:00Z"], captures.Select(c => c.Source));
        Assert.Equal(17, captures[0].TakenAt!.Value.Hour);
    }

    [Fact]
    public void Hosts_are_told_apart()
    {
        SourceSet set = Open(
            Folder("spool", Member("1", "fw1", "2026-11-20T20:00:00Z"), Member("2", "fw2", "2026-11-20T18:00:00Z")),
            Member("fw1-later", "fw1", "2026-11-20T21:00:00Z"));
        Assert.Equal(["fw1", "fw2"], set.Hosts.Select(h => h.Host));
        Assert.Equal([2, 1], set.Hosts.Select(h => h.Count));
        Assert.Equal(["spool/1", "fw1-later"], set.Hosts[0].Captures().Select(c => c.Source));
    }

    [Fact]
    public void A_capture_that_is_given_twice_is_read_once_and_noted()
    {
        SourceSet set = Open(Member("a", "fw1", "2026-11-20T20:00:00Z"), Member("copy", "fw1", "2026-11-20T20:00:00Z"));
        HostSource host = Assert.Single(set.Hosts);
        Assert.Equal(["a"], host.Captures().Select(c => c.Source));
        Assert.Equal(["copy"], host.Repeated);
    }

    [Fact]
    public void What_is_no_capture_is_named()
    {
        SourceSet set = Open(Folder("x", File("case.json", "{\"verdict\": \"leak\"}"), Folder("1", File("vmstat-z.txt", Zones))));
        Diagnostic problem = Assert.Single(set.Problems);
        Assert.Equal((DiagnosticId.UnknownFile, "x/case.json"), (problem.Id, problem.At.ToString()));
        Assert.Equal(1, Assert.Single(set.Hosts).Count);
    }

    [Fact]
    public void Folders_too_deep_are_reported_and_not_read()
    {
        ISourceNode node = Plain("deepest");
        for (int i = 0; i < 10; i++)
        {
            node = Folder("d", node);
        }

        SourceSet set = Open(node);
        Assert.Empty(set.Hosts);
        Assert.Equal(DiagnosticId.TooDeep, Assert.Single(set.Problems).Id);
    }

    [Fact]
    public void Files_beyond_the_limit_are_reported_and_not_read()
    {
        ReadLimits limits = ReadLimits.Default with { FilesPerCapture = 2 };
        var set = SourceSet.Open(
            [Folder("a", File("1.txt", Zones), File("2.txt", "x"), File("3.txt", "y"), File("4.txt", "z"))], new NamePool(), limits);
        Capture capture = Assert.Single(Assert.Single(set.Hosts).Captures());
        Assert.Equal(2, capture.Files.Length);
        Diagnostic diagnostic = Assert.Single(capture.Diagnostics, d => d.Id == DiagnosticId.TooMany);
        Assert.Equal("a/3.txt", diagnostic.At.ToString());
    }

    [Fact]
    public void A_file_beyond_the_limit_is_read_as_far_as_it_goes()
    {
        ReadLimits limits = ReadLimits.Default with { FileBytes = Zones.Length };
        var set = SourceSet.Open(
            [Folder("a", File("1.txt", Zones + "mbuf_cluster: 2048, 0, 1, 2, 3, 0, 0, 0\n"))], new NamePool(), limits);
        Capture capture = Assert.Single(Assert.Single(set.Hosts).Captures());
        Assert.Single(capture.Zones!.Rows);
        Assert.Contains(capture.Diagnostics, d => d.Id == DiagnosticId.TooLarge);
    }

    [Fact]
    public void The_second_output_of_one_command_is_a_duplicate()
    {
        Capture capture = Given.Capture(("vmstat-z.2.txt", Zones), ("vmstat-z.1.txt", Zones));
        Assert.Equal("caps/a/vmstat-z.1.txt", capture.Zones!.File.Path);
        Assert.Equal([FileUse.Used, FileUse.Duplicate], capture.Files.Select(f => f.Use));
        Diagnostic diagnostic = Assert.Single(capture.Diagnostics);
        Assert.Equal((DiagnosticId.DuplicateOutput, "caps/a/vmstat-z.2.txt"), (diagnostic.Id, diagnostic.At.ToString()));
    }

    [Fact]
    public void Links_in_a_circle_pipes_and_missing_files_are_refused()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("leakstat");
        try
        {
            System.IO.File.WriteAllText(Path.Combine(folder.FullName, "vmstat-z.txt"), Zones);
            System.IO.File.WriteAllText(Path.Combine(folder.FullName, "empty.txt"), "");
            Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "circle"), folder.FullName);
            System.IO.File.CreateSymbolicLink(Path.Combine(folder.FullName, "nowhere"), "/nonexistent/file");
            using (var listener = new System.Net.Sockets.Socket(
                System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
            {
                listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "sock")));
                FileSystemSource source = FileSystemSource.TryOpen(folder.FullName)!;
                SourceSet set = Open(source);
                Capture capture = Assert.Single(Assert.Single(set.Hosts).Captures());
                Assert.Equal(
                    [(DiagnosticId.EmptyFile, "empty.txt"), (DiagnosticId.UnreadableFile, "nowhere"), (DiagnosticId.UnreadableFile, "sock")],
                    capture.Diagnostics.Select(d => (d.Id, Path.GetFileName(d.At.File.Path))));
                Assert.Equal("circle", Path.GetFileName(Assert.Single(set.Problems).At.File.Path));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Null(FileSystemSource.TryOpen("/nonexistent/file"));
    }

    [Fact]
    public void A_host_by_its_short_and_by_its_full_name_is_one()
    {
        HostSource host = Assert.Single(Open(Folder(
            "spool",
            Member("1", "fw1", "2026-11-20T18:00:00Z"),
            Member("2", "fw1.example.org", "2026-11-20T19:00:00Z"),
            Member("3", "FW1", "2026-11-20T20:00:00Z"))).Hosts);
        Assert.Equal(("fw1.example.org", 3), (host.Host, host.Count));
    }

    [Fact]
    public void A_short_name_that_two_full_names_begin_with_is_a_host_of_its_own()
    {
        SourceSet set = Open(Folder(
            "spool",
            Member("1", "fw1", "2026-11-20T18:00:00Z"),
            Member("2", "fw1.example.org", "2026-11-20T19:00:00Z"),
            Member("3", "fw1.example.net", "2026-11-20T20:00:00Z"),
            Member("4", "10.0.0.1", "2026-11-20T20:00:00Z"),
            Member("5", "10", "2026-11-20T20:00:00Z")));
        Assert.Equal(["10", "10.0.0.1", "fw1", "fw1.example.net", "fw1.example.org"], set.Hosts.Select(h => h.Host));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void A_hole_of_zeros_in_a_paste_costs_the_line_it_stands_in(int at)
    {
        string z = File_(Given.Data("freebsd-14.2-mbuf-near-limit/vmstat-z.txt"));
        string m = File_(Given.Data("freebsd-14.2-mbuf-near-limit/vmstat-m.txt"));
        string text = $"root@fw:~ # vmstat -z\n{z}root@fw:~ # vmstat -m\n{m}";
        string torn = text[..text.IndexOf('\n', at)] + new string('\0', 5000) + text[text.IndexOf('\n', at)..];
        Capture capture = Assert.Single(Assert.Single(Open(new MemorySource("paste.txt", torn)).Hosts).Captures());
        Capture whole = Assert.Single(Assert.Single(Open(new MemorySource("paste.txt", text)).Hosts).Captures());
        Assert.InRange(capture.Zones!.Rows.Length, whole.Zones!.Rows.Length - 1, whole.Zones.Rows.Length);
        Assert.Equal(whole.MallocTypes!.Rows.Length, capture.MallocTypes!.Rows.Length);

        static string File_(string path) => System.IO.File.ReadAllText(path);
    }

    [Fact]
    public void A_series_on_disk_is_read_in_order()
    {
        SourceSet set = Open(FileSystemSource.TryOpen(Given.Data("freebsd-14.2-leak-malloc-series"))!);
        HostSource host = Assert.Single(set.Hosts);
        Assert.Equal("oracle", host.Host);
        Capture[] captures = [.. host.Captures()];
        Assert.Equal(host.Count, captures.Length);
        Assert.All(captures.Zip(captures.Skip(1)), pair => Assert.True(pair.First.TakenAt < pair.Second.TakenAt));
        Assert.Empty(host.ClockBackwards);
        Assert.Empty(host.Repeated);
    }

    private static SourceSet Open(params ISourceNode[] sources) => SourceSet.Open(sources, new NamePool(), ReadLimits.Default);

    private static MemorySource File(string name, string text) => new(name, text);

    private static MemorySource Folder(string name, params ISourceNode[] children) => new(name, children);

    private static MemorySource Plain(string name) => Folder(name, File("vmstat-z.txt", Zones + $"z {name}: 1, 0, 1, 1, 1, 0, 0, 0\n"));

    private static MemorySource Member(string name, string host, string takenAt) => Folder(
        name,
        File("manifest.json", $"{{\"host\": \"{host}\", \"takenAt\": \"{takenAt}\"}}"),
        File("vmstat-z.txt", Zones));
}
