using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Leakstat.Serve.Tests;

/// <summary>Captures of hosts as a collector sends them, made of recorded ones under other names and times.</summary>
internal static class HostCaptures
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Folders of a recorded leak of 14 captures, in order.</summary>
    public static string[] Leak { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(Root, "samples/freebsd-14.2-leak-malloc-series")).Order(StringComparer.Ordinal)];

    /// <summary>Pushes the recorded leak as that of hosts.</summary>
    public static Task PushLeak(RunningServer server, params string[] hosts) => PushLeak(server, isHealed: false, hosts);

    /// <summary>Pushes the recorded leak as that of hosts; healed, with the counters of the first capture in all of them.</summary>
    public static async Task PushLeak(RunningServer server, bool isHealed, params string[] hosts)
    {
        foreach (string host in hosts)
        {
            foreach (string folder in Leak)
            {
                byte[] body = Tar(Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
                    .Where(f => !f.EndsWith("case.json", StringComparison.Ordinal))
                    .Select(f => (
                        Path.GetFileName(f),
                        isHealed && Path.GetFileName(f) is ("vmstat-m.txt" or "vmstat-z.txt")
                            ? File.ReadAllBytes(Path.Combine(Leak[0], Path.GetFileName(f)))
                            : Renamed(f, host, null))));
                using HttpResponseMessage answer = await server.Push(host, body);
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            }
        }
    }

    /// <summary>A recorded capture as an archive.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="host">The host that it says it is of.</param>
    /// <param name="takenAt">The time that it says it is from; null for the recorded one.</param>
    /// <param name="most">Largest file that goes in.</param>
    public static byte[] Tar(string folder, string host, DateTimeOffset? takenAt = null, long most = long.MaxValue) =>
        Tar(Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
            .Where(f => new FileInfo(f).Length <= most && !f.EndsWith("case.json", StringComparison.Ordinal))
            .Select(f => (Path.GetFileName(f), Renamed(f, host, takenAt))));

    /// <summary>A capture of counters alone: small, one malloc type of a chosen size in it.</summary>
    public static byte[] Small(string host, int number, string type = "leakmod", long bytes = 4096) =>
        Tar(SmallFiles(host, number, type, bytes));

    /// <summary>The time of the small capture of a number.</summary>
    public static DateTimeOffset TimeOf(int number) =>
        new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddMinutes(5 * number);

    /// <summary>A host's small captures of two hours, in which a malloc type takes 4 MiB more each time.</summary>
    public static byte[] Leaking(string host, string type) => Tar(
        from number in Enumerable.Range(0, 24)
        from file in SmallFiles(host, number, type, (number + 1) * (4L << 20))
        select ($"{number:00}/{file.Name}", file.Content));

    /// <summary>The files of <see cref="Small"/>.</summary>
    public static IEnumerable<(string Name, byte[] Content)> SmallFiles(
        string host, int number, string type = "leakmod", long bytes = 4096)
    {
        string time = TimeOf(number).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string fresh = Path.Combine(Root, "samples/freebsd-14.2-fresh-boot");
        return
        [
            ("manifest.json", Encoding.UTF8.GetBytes($"{{\"host\": \"{host}\", \"takenAt\": \"{time}\"}}")),
            ("vmstat-z.txt", File.ReadAllBytes(Path.Combine(fresh, "vmstat-z.txt"))),
            (
                "vmstat-m.txt",
                [
                    .. File.ReadAllBytes(Path.Combine(fresh, "vmstat-m.txt")),
                    .. Encoding.UTF8.GetBytes($"{type,16} {bytes / 4096} {bytes} {bytes / 4096} 4096\n"),
                ]),
            ("netstat-m.txt", File.ReadAllBytes(Path.Combine(fresh, "netstat-m.txt"))),
        ];
    }

    /// <summary>Files as a packed archive.</summary>
    public static byte[] Tar(IEnumerable<(string Name, byte[] Content)> files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach ((string name, byte[] content) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return packed.ToArray();
    }

    private static byte[] Renamed(string file, string host, DateTimeOffset? takenAt)
    {
        if (Path.GetFileName(file) != "manifest.json")
        {
            return File.ReadAllBytes(file);
        }

        string text = File.ReadAllText(file).Replace("\"oracle\"", $"\"{host}\"", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(takenAt is { } at
            ? $"{{\"host\": \"{host}\", \"takenAt\": \"{at:yyyy-MM-dd'T'HH:mm:ss'Z'}\"}}"
            : text);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Leakstat.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the tests do not run within the repository");
    }
}
