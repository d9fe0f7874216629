using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Growth;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>
/// Whole healthy captures are fine, and the same captures with a table cut are not, wherever it is cut: at any byte, and at
/// the end of any line. What is expected comes from the place of the cut, not from the code that finds it.
/// </summary>
public sealed class CutCaptureTests
{
    private const int CutsPerTable = 60;

    /// <summary>
    /// Blocks that the rows of <c>vmstat -m</c> behind a cut may hold without the cut being seen (docs/wholeness.md): large
    /// allocations, which no malloc zone counts, and what comes and goes between two commands.
    /// </summary>
    private const long UnseenBlocks = 100;

    private static readonly string[] s_texts =
    [
        "vmstat-z.txt", "vmstat-m.txt", "sysctl.txt", "sysctl-uma.txt", "netstat-m.txt", "dmesg.txt", "kldstat-v.txt", "swapinfo.txt",
    ];

    public static TheoryData<string> Healthy => ["freebsd-14.2-fresh-boot", "freebsd-14.2-zfs-arc-full"];

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_whole_healthy_capture_is_fine_and_says_that_growth_was_not_judged(string name)
    {
        DiagnosisReport report = Diagnose(name, Files(name));

        Assert.Equal(VerdictState.Fine, report.Verdict.State);
        Assert.Empty(report.Verdict.Missing);
        Assert.Equal(GrowthSight.OneCapture, report.Verdict.Growth);
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_table_cut_at_any_byte_or_line_is_never_fine(string name)
    {
        List<(string Name, byte[] Content)> files = Files(name);
        var random = new Random(20261127);
        List<string> wrong = [];
        foreach (string table in new[] { "vmstat-z.txt", "vmstat-m.txt" })
        {
            byte[] whole = files.Find(f => f.Name == table).Content;
            int[] ends = [.. whole.Index().Where(b => b.Item == '\n').Select(b => b.Index + 1).SkipLast(1)];
            foreach (int at in Enumerable.Range(0, CutsPerTable).Select(i => i % 2 == 0 ? random.Next(whole.Length - 2) : ends[random.Next(ends.Length)]))
            {
                VerdictState state = Diagnose(name, Cut(files, table, at)).Verdict.State;
                if (state == VerdictState.Fine && !(table == "vmstat-m.txt" && BlocksBehind(whole, at) <= UnseenBlocks))
                {
                    wrong.Add($"{table} cut at byte {at} of {whole.Length}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_file_cut_within_a_line_is_never_fine_however_little_is_behind_the_cut(string name)
    {
        List<(string Name, byte[] Content)> files = Files(name);
        var random = new Random(20261128);
        List<string> wrong = [];
        foreach (string table in new[] { "vmstat-z.txt", "vmstat-m.txt", "sysctl.txt", "netstat-m.txt" }
            .Intersect(files.Select(f => f.Name)))
        {
            byte[] whole = files.Find(f => f.Name == table).Content;
            int first = Array.IndexOf(whole, (byte)'\n', Array.IndexOf(whole, (byte)'\n') + 1) + 1;
            int[] within = [.. Enumerable.Range(first, whole.Length - first).Where(at => whole[at - 1] != '\n')];

            // The end of the last line alone is the least that can be cut.
            foreach (int at in Enumerable.Range(0, CutsPerTable).Select(_ => within[random.Next(within.Length)])
                .Append(whole.Length - 1))
            {
                if (Diagnose(name, Cut(files, table, at)).Verdict.State == VerdictState.Fine)
                {
                    wrong.Add($"{table} cut at byte {at} of {whole.Length}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void A_number_that_was_cut_is_not_used()
    {
        List<(string Name, byte[] Content)> files = Files("freebsd-14.2-fresh-boot");
        byte[] whole = files.Find(f => f.Name == "sysctl.txt").Content;
        const string Counter = "vm.stats.vm.v_wire_count: ";
        int digits = whole.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Counter)) + Counter.Length;

        DiagnosisReport report = Diagnose("freebsd-14.2-fresh-boot", Cut(files, "sysctl.txt", digits + 2));

        Assert.False(report.Latest.Sysctls.TryGet("vm.stats.vm.v_wire_count", out _));
        Assert.Contains(report.Diagnostics, d => d.Id == DiagnosticId.CutFile);
    }

    [Fact]
    public void Network_counts_without_what_was_denied_are_cut()
    {
        List<(string Name, byte[] Content)> files = Files("freebsd-14.2-fresh-boot");
        byte[] whole = files.Find(f => f.Name == "netstat-m.txt").Content;
        int denied = whole.AsSpan().IndexOf("requests for mbufs denied"u8);
        int line = whole.AsSpan(0, denied).LastIndexOf((byte)'\n') + 1;

        HostVerdict verdict = Diagnose("freebsd-14.2-fresh-boot", Cut(files, "netstat-m.txt", line)).Verdict;

        Assert.Equal(VerdictState.Unknown, verdict.State);
        Assert.Contains(verdict.Missing, gap => gap.Command == "netstat -m");
    }

    [Fact]
    public void More_pages_than_the_host_has_are_not_believed()
    {
        List<(string Name, byte[] Content)> files = Files("freebsd-14.2-fresh-boot");
        string sysctls = Encoding.UTF8.GetString(files.Find(f => f.Name == "sysctl.txt").Content);
        string[] lines = sysctls.Split('\n');
        int free = Array.FindIndex(lines, l => l.StartsWith("vm.stats.vm.v_free_count:", StringComparison.Ordinal));
        lines[free] = "vm.stats.vm.v_free_count: 99999999999";

        HostVerdict verdict = Diagnose(
            "freebsd-14.2-fresh-boot",
            files.Select(f => f.Name == "sysctl.txt" ? (f.Name, Encoding.UTF8.GetBytes(string.Join('\n', lines))) : f)).Verdict;

        Assert.Equal(VerdictState.Unknown, verdict.State);
        Assert.Contains(verdict.Missing, gap => gap.At?.Line == free + 1);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(6, true)]
    public void Captures_of_a_history_that_lack_rows_count_as_damaged(int cut, bool isShort)
    {
        List<(string Name, byte[] Content)> files = Files("freebsd-14.2-fresh-boot");
        byte[] zones = files.Find(f => f.Name == "vmstat-z.txt").Content;
        int[] ends = [.. zones.Index().Where(b => b.Item == '\n').Select(b => b.Index + 1)];
        const int Captures = 40;
        Capture[] captures =
        [
            .. Enumerable.Range(0, Captures).Select(i => Read(
                $"at{i}", i % 6 == 2 && i / 6 < cut ? Cut(files, "vmstat-z.txt", ends[80]) : files) with
            {
                TakenAt = DateTimeOffset.UnixEpoch.AddDays(20_000).AddHours(i),
            }),
        ];

        HostVerdict verdict = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!.Verdict;

        Assert.Equal(isShort, verdict.Missing.Any(gap => gap.Text.Contains("lack rows", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_would_have_been_named_by_now_is_not_claimed_of_zones_that_are_lost()
    {
        Capture[] captures =
            [.. Given.SeriesFolders("freebsd-14.2-leak-malloc-series").Select(Given.CaptureFolder)];
        HistorySensitivity whole = Sensitivity(captures);
        HistorySensitivity lost = Sensitivity([.. captures[..^1], captures[^1] with { Zones = null }]);

        Assert.NotNull(whole.ZoneBytesPerDay);
        Assert.NotNull(whole.TypeBytesPerDay);
        Assert.Null(lost.ZoneBytesPerDay);
        Assert.NotNull(lost.TypeBytesPerDay);
        Assert.Null(lost.UnaccountedBytesPerDay);

        static HistorySensitivity Sensitivity(Capture[] captures) =>
            HistorySensitivity.Of(new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!)!;
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_table_or_the_page_counts_left_out_is_unknown_and_named(string name)
    {
        foreach ((string file, string command) in new[] { ("vmstat-z.txt", "vmstat -z"), ("vmstat-m.txt", "vmstat -m"), ("sysctl.txt", "sysctl vm.stats.vm") })
        {
            HostVerdict verdict = Diagnose(name, [.. Files(name).Where(f => f.Name != file)]).Verdict;

            Assert.Equal(VerdictState.Unknown, verdict.State);
            Assert.Contains(verdict.Missing, gap => gap.Command == command);
            Assert.NotNull(verdict.Command);
        }
    }

    private static List<(string Name, byte[] Content)> Files(string name) =>
        [.. s_texts.Where(text => File.Exists(Path.Combine(Given.Data(name), text))).Select(text => (text, File.ReadAllBytes(Path.Combine(Given.Data(name), text))))];

    private static IEnumerable<(string, byte[])> Cut(List<(string Name, byte[] Content)> files, string table, int at) =>
        files.Select(f => f.Name == table ? (f.Name, f.Content[..at]) : f);

    private static long BlocksBehind(byte[] table, int at) => Encoding.UTF8.GetString(table, at, table.Length - at)
        .Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Sum(words => words.Skip(1).Select(w => long.TryParse(w, out long number) ? number : -1).FirstOrDefault(n => n >= 0));

    private static DiagnosisReport Diagnose(string name, IEnumerable<(string Name, byte[] Content)> files) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Read(name, files)])!;

    private static Capture Read(string name, IEnumerable<(string Name, byte[] Content)> files) => CaptureAssembly.Read(
        name, files.Select(f => (f.Name, new ReadOnlyMemory<byte>(f.Content))), new NamePool(), ReadLimits.Default);
}
