namespace Leakstat.DetectionBench.Tests;

/// <summary>A table of zones and types small enough to be added up by hand.</summary>
internal static class SmallTables
{
    /// <summary>Twelve zones and ten types of sizes that FreeBSD 14 has, and the buckets they come from.</summary>
    public static RealRow[][] One { get; } =
    [
        [
            .. new[] { 16, 32, 64, 128, 256, 512, 1024, 2048, 4096 }.Select(s => new RealRow($"malloc-{s}", true, s, 500, 20, false)),
            new("PROC", true, 1376, 40, 10, true), new("THREAD", true, 1824, 160, 6, true), new("VNODE", true, 448, 1200, 80, true),
            new("ttyinq", true, 160, 300, 75, false), new("ttyoutq", true, 256, 157, 98, false), new("pipe", true, 736, 40, 29, true),
            new("socket", true, 1024, 90, 40, true), new("ksiginfo", true, 112, 38, 1006, false), new("DIRHASH", true, 1024, 30, 18, false),
            new("rtentry", true, 168, 11, 133, false), new("hostcache", true, 64, 12, 314, false), new("KNOTE", true, 160, 60, 9, true),
            new("kqueue", false, 2048, 29, 0, true), new("lockf", false, 128, 12, 0, false), new("BPF", false, 512, 9, 0, false),
            new("tty", false, 1024, 14, 0, false), new("sbuf", false, 64, 7, 0, false), new("rman", false, 128, 210, 0, false),
            new("bus", false, 64, 900, 0, false), new("evdev", false, 1024, 6, 0, false), new("cred", false, 256, 60, 0, true),
            new("ifaddr", false, 512, 20, 0, false),
        ],
    ];
}
