using System.Text;
using System.Text.Json;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Views.Tuning;

namespace Leakstat.Tests.Diagnosis.Advising;

public sealed class TunePlanTests
{
    private static readonly HostWith Host = HostWith.Release("14.2-RELEASE").Sysctl("kern.maxvnodes", 64_173);

    [Fact]
    public void Lines_are_sorted_into_their_files_with_one_value_per_name()
    {
        TunePlan plan = TunePlan.From(Report(
            Wants("LS0001", "/etc/sysctl.conf", "kern.ipc.nmbclusters=200000"),
            Wants("LS0002", "/boot/loader.conf", "kern.maxswzone=\"67108864\""),
            Wants("LS0003", "/etc/sysctl.conf", "kern.ipc.nmbclusters=300000"),
            Wants("LS0004", "/etc/sysctl.conf", "vfs.zfs.arc.max=4294967296"),
            Wants("LS0005", "/etc/sysctl.conf", "vfs.zfs.arc.max=8589934592")));

        Assert.Equal(["/boot/loader.conf", "/etc/sysctl.conf"], plan.Blocks.Select(b => b.File));

        // The higher limit covers both wishes; of two ceilings the finding that ranks first is followed.
        Assert.Equal(
            [("kern.ipc.nmbclusters=300000", "LS0003"), ("vfs.zfs.arc.max=4294967296", "LS0004")],
            plan.Blocks[1].Lines.Select(l => (l.Line, l.Rule)));
        Assert.Equal([("8589934592", "LS0005")], plan.Blocks[1].Lines[1].Others);
    }

    [Fact]
    public void A_bound_of_the_ARC_is_offered_with_its_formula_where_nothing_calls_for_one()
    {
        const long Giga = 1L << 30;
        HostWith filer = HostWith.Release("14.2-RELEASE").Queues(9 * Giga, 2 * Giga, Giga, 0, 4 * Giga)
            .Arc("size", 8 * Giga).Arc("c", 8 * Giga).Arc("c_max", 15 * Giga).Arc("c_min", Giga / 2).Swap(2 * Giga, 0);
        DiagnosisReport report = new Leakstat.Diagnosis.Engine.Diagnoser(Leakstat.Knowledge.BuiltInKnowledge.Load()).Diagnose([filer.Capture()])!;
        TunePlan plan = TunePlan.From(report);

        // 16 GiB minus 2 active, 1 wired without the ARC, and 2 in reserve.
        TuneLine line = Assert.Single(Assert.Single(plan.Optional).Lines);
        Assert.Equal(("vfs.zfs.arc.max", (11 * Giga).ToString(System.Globalization.CultureInfo.InvariantCulture)), (line.Name, line.Value));
        Assert.Contains("memory (16.0 GiB) minus", line.Text, StringComparison.Ordinal);
        Assert.True(plan.IsEmpty);
        string text = Text(report);
        Assert.Contains("It cannot be told whether anything need be tuned", text, StringComparison.Ordinal);
        Assert.Contains("\n# Missing: vmstat -z: not in the capture.\n", text, StringComparison.Ordinal);
        Assert.Contains("\n#vfs.zfs.arc.max=", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n').Where(l => l.Length > 0), l => Assert.StartsWith("#", l, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_host_has_already_is_left_out()
    {
        DiagnosisReport report = Report(Wants("LS0001", "/etc/sysctl.conf", "kern.maxvnodes=64173"));

        Assert.True(TunePlan.From(report).IsEmpty);
        Assert.DoesNotContain('\n' + "kern.", Text(report));
    }

    [Fact]
    public void That_nothing_need_be_tuned_is_said_over_a_whole_capture_and_says_what_it_rests_on()
    {
        DiagnosisReport whole = Diagnosis(_ => true);
        Assert.Contains("# Nothing need be tuned by what was read (", Text(whole), StringComparison.Ordinal);
        Assert.Contains(" zones, ", Text(whole), StringComparison.Ordinal);

        DiagnosisReport withoutSysctls = Diagnosis(name => name != "sysctl.txt");
        Assert.DoesNotContain("Nothing need be tuned", Text(withoutSysctls), StringComparison.Ordinal);
        Assert.Contains("# Missing: sysctl -a: not in the capture.\n", Text(withoutSysctls), StringComparison.Ordinal);

        DiagnosisReport garbage = new Leakstat.Diagnosis.Engine.Diagnoser(Leakstat.Knowledge.BuiltInKnowledge.Load())
            .Diagnose([Given.Capture(("vmstat-z.txt", "\u0001\u0002 no table\n"), ("uname.txt", "FreeBSD a 14.2-RELEASE amd64\n"))])!;
        Assert.Contains("It cannot be told whether anything need be tuned", Text(garbage), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_can_be_pasted_because_all_but_the_lines_is_comment()
    {
        string text = Text(Report(Wants("LS0001", "/etc/sysctl.conf", "kern.maxvnodes=128346")));

        Assert.Equal(
            ["kern.maxvnodes=128346"],
            text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'));
        Assert.Contains("# Undo: put it back", text);
        Assert.DoesNotContain(text.Split('\n'), l => l.Length > 80);
    }

    [Fact]
    public void The_JSON_holds_the_same_lines()
    {
        using var output = new MemoryStream();
        TuneReport.WriteJson(Report(Wants("LS0001", "/etc/sysctl.conf", "kern.maxvnodes=128346")), output);

        using JsonDocument json = JsonDocument.Parse(Encoding.UTF8.GetString(output.ToArray()));
        JsonElement file = Assert.Single(json.RootElement.GetProperty("files").EnumerateArray());
        Assert.Equal("/etc/sysctl.conf", file.GetProperty("file").GetString());
        Assert.Equal("128346", file.GetProperty("lines")[0].GetProperty("value").GetString());
    }

    private static DiagnosisReport Diagnosis(Func<string, bool> isKept)
    {
        Capture capture = Given.Capture(
        [
            .. Directory.EnumerateFiles(Given.Data("freebsd-14.2-healthy-load-series/08")).Order(StringComparer.Ordinal)
                .Select(file => (Path.GetFileName(file), File.ReadAllText(file))).Where(file => isKept(file.Item1)),
        ]);
        return new Leakstat.Diagnosis.Engine.Diagnoser(Leakstat.Knowledge.BuiltInKnowledge.Load()).Diagnose([capture])!;
    }

    private static Finding Wants(string rule, string file, string line) => new()
    {
        Rule = rule,
        Title = "a finding that is long enough to be broken over two lines of comment in the text of the plan",
        Severity = Severity.Warning,
        Verdict = Verdict.Misconfiguration,
        Subject = Subject.Arc,
        Confidence = 1,
        Advice = [new Advice { Kind = "sysctl", Text = "Set it.", Persist = new PersistentLine(file, line), Risk = "some", Revert = "put it back" }],
    };

    private static DiagnosisReport Report(params Finding[] findings)
    {
        Capture capture = Host.Capture();
        DiagnosisCase host = Host.Case();
        return new DiagnosisReport
        {
            Host = capture.Host,
            Captures = [],
            Ledger = host.Ledger,
            Latest = capture,
            History = host.History,
            Findings = [.. findings],
        };
    }

    private static string Text(DiagnosisReport report)
    {
        using var output = new StringWriter();
        TuneReport.WriteText(report, output);
        return output.ToString();
    }
}
