using System.Text;
using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Tests.Reports;

public sealed class JsonReportTests
{
    public static TheoryData<string> Names => ReportCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_files(string name) => Golden.Matches($"json/{name}.json", Json(ReportCases.Get(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_null_and_the_same_input_gives_the_same_bytes(string name)
    {
        string json = Json(ReportCases.Get(name));
        Assert.Equal(json, Json(ReportCases.Get(name)));
        using JsonDocument document = JsonDocument.Parse(json);
        AssertNoNull(document.RootElement);
    }

    [Fact]
    public void Members_stand_as_the_contract_has_them()
    {
        using JsonDocument document = JsonDocument.Parse(Json(ReportCases.Leak()));
        JsonElement root = document.RootElement;
        Assert.Equal("leakstat.diagnosis/1", root.GetProperty("schema").GetString());
        Assert.Equal(
            ["schema", "tool", "host", "captures", "ledger", "verdict", "findings", "diagnostics", "events"],
            root.EnumerateObject().Select(m => m.Name));
        Assert.Equal(
            ["name", "release", "osreldate", "arch", "physicalMemory"],
            root.GetProperty("host").EnumerateObject().Select(m => m.Name));
        JsonElement finding = root.GetProperty("findings")[0];
        Assert.Equal(
            ["rule", "title", "severity", "verdict", "subject", "confidence", "evidence", "growth", "exhaustion", "owners", "advice"],
            finding.EnumerateObject().Select(m => m.Name));
        Assert.Equal("critical", finding.GetProperty("severity").GetString());
        Assert.Equal("leak", finding.GetProperty("verdict").GetString());
        Assert.Equal("malloc", finding.GetProperty("subject").GetProperty("kind").GetString());
        Assert.Equal(0.999, finding.GetProperty("confidence").GetDouble()); // 0.9999999 is not certain
        Assert.Equal(536870912, finding.GetProperty("growth").GetProperty("bytesPerHour").GetInt64());
        Assert.Equal("2026-11-20T18:00:00Z", finding.GetProperty("growth").GetProperty("since").GetString());
        Assert.Equal("2026-11-21T14:00:00Z", finding.GetProperty("exhaustion").GetProperty("at").GetString());
        Assert.Equal("spool/fw1/13/vmstat-m.txt:88", finding.GetProperty("evidence")[0].GetProperty("at").GetString());
        JsonElement reboot = finding.GetProperty("advice")[1];
        Assert.Equal(["kind", "text", "commands", "risk"], reboot.EnumerateObject().Select(m => m.Name));
        Assert.Equal(
            "dumpdev=\"AUTO\"",
            root.GetProperty("findings")[1].GetProperty("advice")[0].GetProperty("persist").GetProperty("line").GetString());
    }

    [Fact]
    public void What_is_unknown_is_absent()
    {
        using JsonDocument document = JsonDocument.Parse(Json(ReportCases.Hostile()));
        JsonElement finding = document.RootElement.GetProperty("findings")[0];
        Assert.False(finding.GetProperty("evidence")[0].TryGetProperty("value", out _));
        Assert.False(finding.GetProperty("evidence")[0].TryGetProperty("unit", out _));
        Assert.Empty(finding.GetProperty("growth").EnumerateObject());
        Assert.False(finding.TryGetProperty("exhaustion", out _));
        Assert.False(document.RootElement.GetProperty("captures")[0].TryGetProperty("takenAt", out _));
    }

    [Fact]
    public void The_ledger_alone()
    {
        DiagnosisReport report = ReportCases.Leak();
        using var output = new MemoryStream();
        LedgerJsonReport.Write(report.Latest, report.Ledger, output);
        Golden.Matches("json/ledger.json", Encoding.UTF8.GetString(output.ToArray()));
    }

    private static void AssertNoNull(JsonElement element)
    {
        Assert.NotEqual(JsonValueKind.Null, element.ValueKind);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                AssertNoNull(member.Value);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                AssertNoNull(item);
            }
        }
    }

    private static string Json(DiagnosisReport report)
    {
        using var output = new MemoryStream();
        JsonReport.Write(report, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
