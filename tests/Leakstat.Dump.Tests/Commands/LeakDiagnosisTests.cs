using System.Text.Json;
using System.Text.RegularExpressions;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary><c>leakstat diagnose VMCORE</c> finds what is lost in the dump; the ledger is as it was.</summary>
public sealed partial class LeakDiagnosisTests : IDisposable
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

        // The place can be looked up.
        Match place = Place().Match(first.GetProperty("at").GetString()!);
        Assert.True(place.Success, first.GetProperty("at").GetString());
        Assert.Contains("widget", _host.RunDump("whatis", place.Groups["address"].Value).Output, StringComparison.Ordinal);
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

    [Fact]
    public void A_dump_in_a_folder_is_searched_like_one_that_is_named()
    {
        File.WriteAllText(_host.Place("core.txt.0"), "host1.example.org dumped core - see /var/crash/vmcore.0\n\nFri Nov 20 18:30:00 UTC 2026\n\nFreeBSD host1.example.org 14.2-RELEASE\n");
        (int code, string output, _) = CrashedHost.Run(["diagnose", _host.Folder, "--kernel", _host.Kernel, "--json"]);

        Assert.Equal(0, code);
        Assert.Equal(["zone widget leak warning", "malloc widget leak warning"], Of(output).Take(2).Select(Head));
    }

    [Fact]
    public void A_dump_in_a_folder_that_cannot_be_read_does_not_hide_the_rest()
    {
        File.WriteAllText(_host.Place("vmcore.7"), "no dump at all");
        (int code, string output, _) = CrashedHost.Run(["diagnose", _host.Folder, "--kernel", _host.Kernel, "--json"]);

        Assert.Equal(0, code);
        Assert.Equal("zone widget leak warning", Head(Of(output)[0]));
        Assert.Contains("LSD306", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_place_in_the_dump_names_what_a_subcommand_prints()
    {
        foreach (JsonElement evidence in Findings().SelectMany(f => f.GetProperty("evidence").EnumerateArray()))
        {
            if (evidence.TryGetProperty("at", out JsonElement at) && Row().Match(at.GetString()!) is { Success: true } row)
            {
                (int code, string output, _) = _host.RunDump([row.Groups["command"].Value, "-v"]);
                Assert.Equal(0, code);
                Assert.Contains(row.Groups["name"].Value, output, StringComparison.Ordinal);
            }
        }
    }

    [GeneratedRegex(@"vmcore\.0: block (?<address>0x[0-9a-f]{16}) \(dump whatis\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex(@"vmcore\.0: [a-z ]+ ""(?<name>[^""]+)"" \(dump (?<command>[a-z]+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

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
