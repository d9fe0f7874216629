using System.Text;
using System.Text.Json;
using Leakstat.Captures.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Reports.Views.Findings;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>Captures that a person labelled: the label stays the host's name, and what the outputs say is told.</summary>
public sealed class LabelTests
{
    [Theory]
    [InlineData("oracle", false)]
    [InlineData("fw2", true)]
    public void Outputs_that_name_another_host_than_the_label_are_told(string label, bool isTold)
    {
        DiagnosisReport report = Diagnose([Read(label, "oracle", 0)]);

        Assert.Equal(label, report.Host.Name);
        Assert.Equal(VerdictState.Fine, report.Verdict.State);
        string? text = HostLabel.Text(report.Host);
        Assert.Equal(isTold, text is not null);
        Assert.True(!isTold || text!.Contains("labelled fw2; its outputs name the host oracle [", StringComparison.Ordinal));

        var json = new MemoryStream();
        JsonReport.Write(report, json);
        JsonElement host = JsonDocument.Parse(json.ToArray()).RootElement.GetProperty("host");
        Assert.Equal(isTold, host.TryGetProperty("ownName", out JsonElement own));
        Assert.True(!isTold || own.GetProperty("name").GetString() == "oracle");
    }

    [Theory]
    [InlineData("aaaaaa", false)]
    [InlineData("aaabbb", true)]
    [InlineData("ababab", true)]
    public void Two_hosts_under_one_label_cost_fine(string hosts, bool isTold)
    {
        DiagnosisReport report = Diagnose([.. hosts.Select((host, place) => Read("fw", $"{host}{host}", place))]);

        Assert.Equal("fw", report.Host.Name);
        Assert.Equal(isTold, report.Verdict.Missing.Any(gap => gap.Command == "host name"));
    }

    private static DiagnosisReport Diagnose(Capture[] captures) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!;

    private static Capture Read(string label, string name, int place)
    {
        Capture capture = HealthyCapture.Read(
            (CaptureManifest.FileName, Encoding.UTF8.GetBytes(
                $$"""{"host": "{{label}}", "takenAt": "2026-11-20T19:{{10 + place}}:43Z"}""")),
            ("uname.txt", Encoding.UTF8.GetBytes(
                $"FreeBSD {name} 14.2-RELEASE FreeBSD 14.2-RELEASE GENERIC amd64\n")));
        return capture with { Host = capture.Host with { UptimeSeconds = 600 + (place * 60) } };
    }
}
