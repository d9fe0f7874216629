using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Tests.Diagnosis;

/// <summary>Outputs that a mail quotes of another writer are of another host, and no history of the writer's own.</summary>
public sealed class QuotedOutputsTests
{
    private const string Full = """
        > $ netstat -m
        > 65530/520/66050 mbufs in use (current/cache/total)
        > 65530/6/65536/65536 mbuf clusters in use (current/cache/total/max)
        > 0/0/0/32768 4k (page size) jumbo clusters in use (current/cache/total/max)
        > 0/81220/4412 requests for mbufs denied (mbufs/clusters/mbuf+clusters)

        """;

    private const string Healthy = """
        $ netstat -m
        258/1017/1275 mbufs in use (current/cache/total)
        0/508/508/62670 mbuf clusters in use (current/cache/total/max)
        256/506/762/31335 4k (page size) jumbo clusters in use (current/cache/total/max)
        0/0/0 requests for mbufs denied (mbufs/clusters/mbuf+clusters)

        """;

    [Fact]
    public void What_the_answer_quotes_and_what_it_shows_are_two_hosts()
    {
        DiagnosisReport[] reports = Diagnose($"On Tue, Bo wrote:\n> my box drops packets\n{Full}\nMine does not:\n\n{Healthy}");
        Assert.Equal(2, reports.Length);
        Assert.All(reports, report => Assert.Single(report.Captures));
        Assert.DoesNotContain(reports.SelectMany(r => r.Findings), f => f.Rule == "LS0101");
        Assert.Contains(reports, report => report.Findings[0].Rule == "LS0401");
        Assert.Contains(reports, report => report.Findings.All(f => f.Rule == "LS0002"));
    }

    [Fact]
    public void Two_looks_of_one_writer_are_one_host()
    {
        string shown = Full.Replace("> ", "", StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(Diagnose($"First\n\n{Healthy}\nand an hour later\n\n{shown}")).Captures.Length);

        // Quoted as a whole, by who handed it on.
        Assert.Equal(2, Assert.Single(Diagnose($"Jo wrote:\n> First\n>\n{Full}>\n> and an hour later\n>\n{Full}")).Captures.Length);
    }

    private static DiagnosisReport[] Diagnose(string text) =>
    [
        .. SourceSet.Open([new MemorySource("mail.txt", System.Text.Encoding.UTF8.GetBytes(text))], new NamePool(), ReadLimits.Default)
            .Hosts.Select(host => new Diagnoser(BuiltInKnowledge.Load()).Diagnose(host.Captures())!),
    ];
}
