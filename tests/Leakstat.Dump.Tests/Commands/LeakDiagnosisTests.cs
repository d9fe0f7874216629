using System.Text.Json;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary><c>leakstat diagnose VMCORE</c> finds what is lost in the dump; the ledger is as it was.</summary>
public sealed class LeakDiagnosisTests : IDisposable
{
    private readonly CrashedHost _host = new(CrashedHost.Leaking());

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Lost_blocks_are_the_first_findings()
    {
        JsonElement[] findings = Findings();

        // 40 × (216 + 512) bytes with what hangs on them are more than 60 × 256. No other type has used the bucket.
        Assert.Equal(
            ["zone widget leak warning", "malloc widget leak warning"],
            findings.Take(2).Select(Head));
        Assert.Equal("zone gadget leak info", Head(findings.Single(f => f.GetProperty("subject").GetProperty("name").GetString() == "gadget")));
        Assert.DoesNotContain(findings, f => f.GetProperty("subject").GetProperty("name").GetString() == "odd");
        Assert.All(findings.Take(2), f => Assert.Equal("LS0702", f.GetProperty("rule").GetString()));

        JsonElement widget = findings[0];
        JsonElement first = widget.GetProperty("evidence")[0];
        Assert.Equal(40, first.GetProperty("value").GetInt32());
        Assert.StartsWith("40 blocks of 100 allocated", first.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("vmcore.0/leaks.json:", first.GetProperty("at").GetString(), StringComparison.Ordinal);
        Assert.Equal(40 * 216, widget.GetProperty("evidence")[1].GetProperty("value").GetInt32());

        Assert.Equal(["if_widget.ko"], findings[1].GetProperty("owners").EnumerateArray().Select(o => o.GetProperty("module").GetString()));
    }

    [Fact]
    public void The_same_dump_gives_the_same_bytes() =>
        Assert.Equal(Diagnose("--json").Output, Diagnose("--json").Output);

    [Fact]
    public void The_search_can_be_left_out() =>
        Assert.DoesNotContain(Findings("--no-leaks"), f => f.GetProperty("rule").GetString() == "LS0702");

    [Fact]
    public void A_leak_fails_where_warnings_are_to_fail()
    {
        Assert.Equal(1, Diagnose("--fail-on", "warning", "-q").Code);
        Assert.Contains("zone widget: 40 blocks (8.4 KiB) lost", Diagnose("-q").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_report_is_as_good_as_the_dump()
    {
        string folder = Directory.CreateDirectory(_host.Place("capture")).FullName;
        File.WriteAllText(Path.Combine(folder, "leaks.json"), _host.RunDump("leaks", "--json").Output);

        (_, string output, _) = CrashedHost.Run(["diagnose", folder, "--json"]);

        Assert.Equal("zone widget leak warning", Head(Of(output)[0]));
    }

    [Fact]
    public void A_healthy_dump_is_said_to_be_healthy()
    {
        var heap = new Scenario();
        heap.Point(heap.Variable("held"), heap.New(heap.Zone("widget", 216)));
        heap.Many(heap.Zone("odd", 128), 5);
        using var host = new CrashedHost(heap);

        JsonElement finding = Of(CrashedHost.Run(["diagnose", host.Dump, "--kernel", host.Kernel, "--json"]).Output)
            .Single(f => f.GetProperty("rule").GetString() == "LS0702");

        Assert.Equal("host memory healthy info", Head(finding));
        Assert.Contains("5 of", finding.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ledger_does_not_search()
    {
        (int code, string output, _) = CrashedHost.Run(["ledger", _host.Dump, "--kernel", _host.Kernel, "--json"]);

        Assert.Equal(0, code);
        Assert.DoesNotContain("leaks.json", output, StringComparison.Ordinal);
    }

    private static string Head(JsonElement finding) =>
        $"{finding.GetProperty("subject").GetProperty("kind").GetString()} {finding.GetProperty("subject").GetProperty("name").GetString()} "
        + $"{finding.GetProperty("verdict").GetString()} {finding.GetProperty("severity").GetString()}";

    private static JsonElement[] Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.Clone())];
    }

    private (int Code, string Output, string Error) Diagnose(params string[] more) =>
        CrashedHost.Run(["diagnose", _host.Dump, "--kernel", _host.Kernel, .. more]);

    private JsonElement[] Findings(params string[] more) => Of(Diagnose(["--json", .. more]).Output);
}
