using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

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
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose([CaptureAssembly.Read(
            name, files.Select(f => (f.Name, new ReadOnlyMemory<byte>(f.Content))), new NamePool(), ReadLimits.Default)])!;
}
