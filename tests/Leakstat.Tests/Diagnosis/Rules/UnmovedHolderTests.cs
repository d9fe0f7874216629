using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Tests.Diagnosis.Verdicts;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>What nobody knows and what holds much of memory is named over a history too, where it does not grow.</summary>
public sealed class UnmovedHolderTests
{
    private const string Type = "frobnic";

    [Theory]
    [InlineData(500, 0, true)]
    [InlineData(500, 1, true)]
    [InlineData(20, 0, false)]
    public void A_large_holder_of_unknown_purpose_that_stays_is_a_note(int megabytes, int swing, bool isTold)
    {
        DiagnosisReport report = Diagnose(place => megabytes + (place % 2 * swing));

        Finding? finding = report.Findings.SingleOrDefault(f => f.Subject == Subject.Malloc(Type));
        Assert.Equal(isTold, finding is not null);
        Assert.DoesNotContain(report.Findings, HostVerdicts.IsWrong);
        if (finding is not null)
        {
            Assert.Equal(("LS0110", Severity.Info, Verdict.Healthy), (finding.Rule, finding.Severity, finding.Verdict));
            Assert.Contains(
                "what it is for is not known, and it has not grown over these 24 captures", finding.Title, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_that_grows_is_told_by_its_growth() =>
        Assert.DoesNotContain(Diagnose(place => 300 + (place * 10)).Findings, f => f.Rule == "LS0110");

    private static DiagnosisReport Diagnose(Func<int, int> megabytes) => new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
        Enumerable.Range(0, 24).Select(place =>
        {
            Capture capture = HealthyCapture.Read();
            MallocTable types = capture.MallocTypes!;
            long bytes = (long)megabytes(place) << 20;
            MallocTypeRow row = types.Rows[0] with
            {
                Name = Type,
                InUse = bytes / 1024,
                Memory = bytes,
                Requests = (bytes / 1024 * 100) + (place * 50_000),
            };
            return capture with
            {
                TakenAt = capture.TakenAt!.Value.AddMinutes(10 * place),
                Host = capture.Host with { UptimeSeconds = 600 + (600 * place) },
                MallocTypes = new MallocTable(types.File, [.. types.Rows, row], types.Precision),
            };
        }))!;
}
