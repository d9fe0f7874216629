using System.Globalization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

/// <summary>Histories of <c>netstat -m</c> alone: growth of network buffers is judged as that of zones.</summary>
public sealed class MbufHistoryTests
{
    [Theory]
    [InlineData("9k jumbo", "mbuf_jumbo_9k", "kern.ipc.nmbjumbo9")]
    [InlineData("16k jumbo", "mbuf_jumbo_16k", "kern.ipc.nmbjumbo16")]
    [InlineData("mbuf", "mbuf_cluster", "kern.ipc.nmbclusters")]
    public void Growth_of_clusters_is_told_with_the_limit_that_they_run_into(string grows, string zone, string limit)
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(Series(grows, 40))!;

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0101");
        Assert.Equal((SubjectKind.Mbuf, zone), (finding.Subject.Kind, finding.Subject.Name));
        Assert.Equal(limit, finding.Exhaustion?.Of);
        Assert.Equal(VerdictState.Wrong, report.Verdict.State);
        Assert.EndsWith("netstat-m.txt:" + (grows == "mbuf" ? 2 : grows == "9k jumbo" ? 5 : 6), finding.Evidence.First(
            e => e.Text.Contains("latest capture", StringComparison.Ordinal)).At.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Buffers_that_stay_are_not_told_and_nothing_is_called_fine()
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(Series("none", 40))!;

        Assert.DoesNotContain(report.Findings, f => f.Rule == "LS0101");
        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
    }

    private static IEnumerable<Capture> Series(string grows, int captures)
    {
        var start = new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < captures; i++)
        {
            string Row(string name, string label, int limit)
            {
                int used = (name == grows ? i * 40 : 0) + 30 + (i % 3);
                return $"{used}/506/{used + 506}/{limit} {label} in use (current/cache/total/max)\n";
            }

            yield return Given.Capture(
                ("manifest.json", "{\"host\": \"hx\", \"takenAt\": \"" + start.AddHours(i).ToString(
                    "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) + "\"}"),
                ("netstat-m.txt", "1285/2000/3285 mbufs in use (current/cache/total)\n"
                    + Row("mbuf", "mbuf clusters", 62_669)
                    + "256/500 mbuf+clusters out of packet secondary zone in use (current/cache)\n"
                    + Row("4k", "4k (page size) jumbo clusters", 31_334)
                    + Row("9k jumbo", "9k jumbo clusters", 9_284) + Row("16k jumbo", "16k jumbo clusters", 5_222)
                    + "2255K/5739K/7994K bytes allocated to network (current/cache/total)\n"
                    + "0/0/0 requests for mbufs denied (mbufs/clusters/mbuf+clusters)\n"
                    + "0/0/0 requests for jumbo clusters denied (4k/9k/16k)\n"));
        }
    }
}
