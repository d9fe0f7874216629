using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>
/// Every healthy whole capture, with a line taken out of the middle of a file that the verdict needs, with some, or with
/// the tail cut off between two lines: never fine. Which lines count is told from the text alone, by lists of this test.
/// </summary>
public sealed class LostLineTests
{
    private const int CutsPerFile = 8;

    /// <summary>
    /// Blocks that a row of <c>vmstat -m</c> may hold without its loss being seen (docs/wholeness.md): as many as there
    /// are large allocations in rows with others, and what comes and goes between two commands.
    /// </summary>
    private const long UnseenBlocks = 100;

    private static readonly string[] s_texts =
    [
        "vmstat-z.txt", "vmstat-m.txt", "sysctl.txt", "netstat-m.txt", "dmesg.txt", "kldstat-v.txt",
        "swapinfo.txt", "top.txt", "uname.txt", "uptime.txt", "vmstat-s.txt",
    ];

    /// <summary>Sysctls that findings or the ledger are made from, by the names that people know them by.</summary>
    private static readonly string[] s_counters =
    [
        "vm.stats.vm.v_wire_count", "vm.stats.vm.v_free_count", "vm.stats.vm.v_active_count",
        "vm.stats.vm.v_inactive_count",
        "vm.stats.vm.v_page_count", "vm.stats.vm.v_page_size", "vm.stats.vm.v_free_min", "vm.stats.vm.v_free_target",
        "hw.physmem", "hw.ncpu", "kern.maxvnodes", "vfs.numvnodes", "vfs.freevnodes", "kern.openfiles", "kern.maxfiles",
        "kern.maxproc", "kern.ipc.numopensockets", "kern.ipc.maxsockets", "kern.ipc.nmbclusters", "kern.ipc.nmbjumbop",
        "kern.ipc.nmbjumbo9", "kern.ipc.nmbjumbo16", "kern.ipc.pipekva", "kern.ipc.maxpipekva", "vm.kmem_size",
        "vfs.bufspace", "net.inet.tcp.pcbcount",
    ];

    public static TheoryData<string> Healthy =>
        ["freebsd-14.2-fresh-boot", "freebsd-14.2-zfs-arc-full", "freebsd-14.2-healthy-load-series/08"];

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_whole_capture_is_fine(string name)
    {
        HostVerdict verdict = Verdict(Files(name));

        Assert.Empty(verdict.Missing);
        Assert.Equal(VerdictState.Fine, verdict.State);
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_tail_that_was_cut_off_between_two_lines_is_never_fine(string name) => NeverFine(name, (file, lines) =>
    {
        var random = new Random(20261129);
        int last = LastThatCounts(file, lines);

        // The nearest to the end that counts first, then anywhere.
        return Enumerable.Range(0, CutsPerFile).Select(i => i == 0 ? last : random.Next(2, last))
            .Select(at => ($"from line {at + 1} on", lines[..at]));
    });

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_line_lost_in_the_middle_is_never_fine(string name) => NeverFine(name, static (file, lines) =>
    {
        var random = new Random(20261130);
        int[] counting = [.. lines.Index().Where(l => Counts(file, l.Item)).Select(l => l.Index)];
        random.Shuffle(counting);

        // Of sysctls each counter once, beside leaves of zones.
        IEnumerable<int> counters = counting.Where(at => s_counters.Contains(lines[at].Split(':')[0]));
        return counting.Take(CutsPerFile).Union(counters)
            .Select(at => ($"line {at + 1}: {lines[at]}", Without(lines, at, 1)));
    });

    [Theory]
    [MemberData(nameof(Healthy))]
    public void Lines_lost_in_the_middle_are_never_fine(string name) => NeverFine(name, static (file, lines) =>
    {
        var random = new Random(20261201);
        int[] counting = [.. lines.Index().Where(l => Counts(file, l.Item)).Select(l => l.Index)];
        random.Shuffle(counting);
        return counting.Take(CutsPerFile)
            .Select(at => (at, count: Math.Min(random.Next(2, 40), lines.Length - at)))
            .Select(lost => ($"lines {lost.at + 1} to {lost.at + lost.count}", Without(lines, lost.at, lost.count)));
    });

    [Theory]
    [MemberData(nameof(Healthy))]
    public void Without_the_tree_of_zones_a_lost_zone_shows_all_the_same(string name)
    {
        List<(string Name, byte[] Content)> files = Files(name);
        int sysctls = files.FindIndex(f => f.Name == "sysctl.txt");
        string[] others =
            [.. Lines(files[sysctls].Content).Where(l => !l.StartsWith("vm.uma.", StringComparison.Ordinal))];
        files[sysctls] = ("sysctl.txt", Bytes(others));
        Assert.Equal(VerdictState.Fine, Verdict(files).State);

        int zones = files.FindIndex(f => f.Name == "vmstat-z.txt");
        string[] lines = Lines(files[zones].Content);
        for (int at = 3; at < lines.Length; at += 19)
        {
            files[zones] = ("vmstat-z.txt", Bytes(Without(lines, at, 1)));
            Assert.True(Verdict(files).State != VerdictState.Fine, lines[at]);
        }
    }

    private static void NeverFine(string name, Func<string, string[], IEnumerable<(string What, string[] Left)>> losses)
    {
        List<(string Name, byte[] Content)> files = Files(name);
        (string File, string What, byte[] Left)[] cuts =
        [
            .. files.Where(f => f.Name is "vmstat-z.txt" or "vmstat-m.txt" or "sysctl.txt" or "netstat-m.txt")
                .SelectMany(f => losses(f.Name, Lines(f.Content)).Select(cut => (f.Name, cut.What, Bytes(cut.Left)))),
        ];
        Assert.True(cuts.Length >= 3 * CutsPerFile, $"{cuts.Length} cuts");
        bool[] isFine = new bool[cuts.Length];
        Parallel.For(0, cuts.Length, i => isFine[i] = Verdict(
            [.. files.Select(f => f.Name == cuts[i].File ? (f.Name, cuts[i].Left) : f)]).State == VerdictState.Fine);

        Assert.Empty(cuts.Where((_, i) => isFine[i]).Select(cut => $"{cut.File}: {cut.What}"));
    }

    /// <summary>Whether the loss of a line alone is one that the verdict must not be fine over.</summary>
    private static bool Counts(string file, string line) => file switch
    {
        "vmstat-z.txt" => line.Contains(':', StringComparison.Ordinal),
        "vmstat-m.txt" => BlocksOf(line) > UnseenBlocks,
        "sysctl.txt" => line.StartsWith("vm.uma.", StringComparison.Ordinal)
            || s_counters.Contains(line.Split(':')[0])
            || IsOfArc(line),
        "netstat-m.txt" => line.Contains(" in use", StringComparison.Ordinal)
            || line.Contains(" denied (", StringComparison.Ordinal)
            || line.Contains("allocated to network", StringComparison.Ordinal),
        _ => false,
    };

    private static bool IsOfArc(string line) => line.Split(':')[0] is "kstat.zfs.misc.arcstats.size"
        or "kstat.zfs.misc.arcstats.c_max" or "kstat.zfs.misc.arcstats.c_min" or "kstat.zfs.misc.arcstats.c";

    /// <summary>The line from which on a tail may be lost so that it must be seen: all before it too.</summary>
    private static int LastThatCounts(string file, string[] lines) => file switch
    {
        // The last types of a kernel may hold next to nothing.
        "vmstat-m.txt" => Array.FindLastIndex(lines, l => l.Contains(" local_apic ", StringComparison.Ordinal)
            || l.Contains(" pf_ifnet ", StringComparison.Ordinal)),
        "netstat-m.txt" => Array.FindLastIndex(lines, l => l.Contains(" denied (", StringComparison.Ordinal)),
        _ => lines.Length - 1,
    };

    private static long BlocksOf(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Skip(1).Select(word => long.TryParse(word, out long number) ? number : -1).FirstOrDefault(n => n >= 0);

    private static string[] Without(string[] lines, int at, int count) => [.. lines[..at], .. lines[(at + count)..]];

    private static string[] Lines(byte[] content) => Encoding.UTF8.GetString(content).TrimEnd('\n').Split('\n');

    private static byte[] Bytes(string[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");

    private static List<(string Name, byte[] Content)> Files(string name) =>
    [
        .. s_texts.Where(text => File.Exists(Path.Combine(Given.Data(name), text)))
            .Select(text => (text, File.ReadAllBytes(Path.Combine(Given.Data(name), text)))),
    ];

    private static HostVerdict Verdict(IReadOnlyList<(string Name, byte[] Content)> files) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
        [
            CaptureAssembly.Read(
                "capture",
                files.Select(f => (f.Name, new ReadOnlyMemory<byte>(f.Content))),
                new NamePool(),
                ReadLimits.Default),
        ])!.Verdict;
}
