using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.TwoHosts;

namespace Leakstat.Tests.Diagnosis.TwoHosts;

public sealed class HostComparisonTests
{
    private const double Mebibyte = 1 << 20;

    [Fact]
    public void Warm_up_that_both_have_is_no_regression()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            HostDifferential compared = HostComparison.Of(
                new GeneratedHost(seed, 100 + seed).Case(), new GeneratedHost(seed, 200 + seed).Case());

            Assert.True(compared.IsJudged);
            Assert.DoesNotContain(compared.Series, s => s.IsRegression || s.Change == GrowthChange.Ends);
        }
    }

    [Fact]
    public void A_leak_that_both_have_is_no_regression()
    {
        static double Leak(double hours) => (4 + hours) * Mebibyte;

        for (int seed = 0; seed < 6; seed++)
        {
            HostDifferential compared = HostComparison.Of(
                new GeneratedHost(seed, 100 + seed).Type("leaky", Leak, Mebibyte / 4).Case(),
                new GeneratedHost(seed, 200 + seed).Type("leaky", Leak, Mebibyte / 4).Case());

            Assert.DoesNotContain(compared.Series, s => s.IsSignificant);
            ComparedSeries leaky = Row(compared, "leaky");
            Assert.InRange(leaky.RateInA!.Value.PerHour / Mebibyte, 0.9, 1.1);
            Assert.InRange(leaky.RateInB!.Value.PerHour / Mebibyte, 0.9, 1.1);
        }
    }

    [Fact]
    public void A_leak_in_B_alone_is_found_and_nothing_else_is()
    {
        int covered = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            double rate = Mebibyte * (0.2 + (0.1 * seed));
            DiagnosisCase b = new GeneratedHost(seed, 200 + seed).Type("leaky", h => Mebibyte + (rate * h), 20_000).Case();
            DiagnosisCase a = new GeneratedHost(seed, 100 + seed).Type("leaky", _ => Mebibyte, 20_000).Case();
            HostDifferential compared = HostComparison.Of(a, b);

            ComparedSeries found = Assert.Single(compared.Series, s => s.IsRegression);
            Assert.Equal(("leaky", GrowthChange.Begins), (found.Subject.Name, found.Change));
            Assert.True(found.Chance < 1e-6);
            ComparedRate difference = found.Difference!.Value;
            covered += difference.Low <= rate && rate <= difference.High ? 1 : 0;
            Assert.Single(HostComparison.Of(b, a).Series, s => s.Change == GrowthChange.Ends);
        }

        Assert.True(covered >= 10, $"the true rate lay inside {covered} of 12 intervals");
    }

    [Fact]
    public void What_warms_up_alone_looks_like_a_leak_and_is_told_by_the_difference()
    {
        // Both fill a cache at nearly one rate for the time that is seen; in B something drips beside it.
        static double Fill(double hours) => 400 * Mebibyte * (1 - Math.Exp(-hours / 30));

        HostDifferential compared = HostComparison.Of(
            new GeneratedHost(1, 10).Type("cache", Fill, Mebibyte / 2).Case(),
            new GeneratedHost(1, 11).Type("cache", h => Fill(h) + (2 * Mebibyte * h), Mebibyte / 2).Case());

        ComparedSeries found = Assert.Single(compared.Series, s => s.IsRegression);
        Assert.Equal("cache", found.Subject.Name);
        Assert.Equal(GrowthChange.Faster, found.Change);
        Assert.InRange(found.Difference!.Value.PerHour / Mebibyte, 1.8, 2.2);
    }

    [Fact]
    public void More_memory_that_fills_further_is_no_regression()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            HostDifferential compared = HostComparison.Of(
                new GeneratedHost(seed, 100 + seed).Case(),
                new GeneratedHost(seed, 200 + seed, size: 2) { Memory = 32L << 30 }.Case());

            Assert.DoesNotContain(compared.Series, s => s.IsRegression);
            Assert.Contains(compared.Changes, c => c is { Kind: "memory", Text: "16.0 GiB → 32.0 GiB" });
        }
    }

    [Fact]
    public void Growth_that_follows_twice_the_load_is_no_regression()
    {
        static GeneratedHost Busy(int noise, double load) => new GeneratedHost(3, noise)
            .Counter("sockets", h => load * (100 + (10 * h)), load)
            .Type("pcb", h => load * 4096 * (100 + (10 * h)), load * 4096);

        HostDifferential compared = HostComparison.Of(Busy(1, 1).Case(), Busy(2, 2).Case());

        Assert.DoesNotContain(compared.Series, s => s.IsRegression);
        Assert.Equal(2, Assert.Single(compared.Load, l => l.Name == "sockets").Ratio, 0.1);
    }

    [Fact]
    public void A_new_zone_counts_where_it_grows_and_a_lost_one_is_listed()
    {
        HostDifferential compared = HostComparison.Of(
            new GeneratedHost(4, 1).Zone("old zone", _ => 1000, 64).Zone("kept", _ => 10, 64).Case(),
            new GeneratedHost(4, 2).Zone("new zone", h => 100 * h, 4096).Zone("still zone", _ => 1000, 64).Zone("kept", _ => 10, 64).Case());

        ComparedSeries found = Assert.Single(compared.Series, s => s.IsRegression);
        Assert.Equal(("new zone", Presence.OnlyInB), (found.Subject.Name, found.Presence));
        Assert.Equal((Presence.OnlyInA, 64_000L), (Row(compared, "old zone").Presence, Row(compared, "old zone").BytesInA!.Value));
        Assert.Equal((Presence.OnlyInB, GrowthChange.None), (Row(compared, "still zone").Presence, Row(compared, "still zone").Change));
    }

    [Fact]
    public void A_type_that_a_release_renamed_is_compared_with_itself()
    {
        static double Growth(double hours) => Mebibyte * (1 + hours);
        DiagnosisCase a = new GeneratedHost(5, 1) { Release = "12.4-RELEASE" }.Type("linux", Growth, 20_000).Case();
        HostDifferential same = HostComparison.Of(a, new GeneratedHost(5, 2) { Release = "14.2-RELEASE" }.Type("lkpikmalloc", Growth, 20_000).Case());
        Assert.DoesNotContain(same.Series, s => s.IsRegression);
        Assert.DoesNotContain(same.Series, s => s.Presence != Presence.Both);
        Assert.Equal(("12.4-RELEASE", "14.2-RELEASE"), (same.NameOfA, same.NameOfB));

        HostDifferential worse = HostComparison.Of(
            a, new GeneratedHost(5, 2) { Release = "14.2-RELEASE" }.Type("lkpikmalloc", h => 3 * Growth(h), 20_000).Case());
        ComparedSeries found = Assert.Single(worse.Series, s => s.IsRegression);
        Assert.Equal("lkpikmalloc", found.Subject.Name);
        Assert.Equal<string>(["linux"], found.NamesInA);
    }

    [Fact]
    public void A_zone_that_a_release_joined_is_compared_by_its_sum()
    {
        DiagnosisCase before = new GeneratedHost(6, 1).Zone("tcp_inpcb", h => 100 * h, 500).Zone("tcpcb", h => 100 * h, 1000).Case();
        DiagnosisCase after = new GeneratedHost(6, 2).Zone("tcp_inpcb", h => 100 * h, 1500).Case();

        Assert.DoesNotContain(HostComparison.Of(before, after).Series, s => s.IsSignificant);
    }

    [Fact]
    public void Sampling_may_differ()
    {
        HostDifferential compared = HostComparison.Of(
            new GeneratedHost(7, 1) { From = 0.2, Step = 2, Samples = 30 }.Type("leaky", _ => Mebibyte, 4096).Case(),
            new GeneratedHost(7, 2) { From = 5, Step = 0.1, Samples = 400 }.Type("leaky", h => Mebibyte * h, 4096).Case());

        Assert.Equal("leaky", Assert.Single(compared.Series, s => s.IsRegression).Subject.Name);
        Assert.Equal(20, compared.Overlap!.Points.Length);
    }

    [Theory]
    [InlineData(100, 0.5, "the uptimes do not overlap, so nothing is judged")]
    [InlineData(46, 0.5, "has 5 captures in the time that both have, 6 are the least")]
    public void Uptimes_that_hardly_meet_are_said_and_not_guessed(double from, double step, string said)
    {
        HostDifferential compared = HostComparison.Of(
            new GeneratedHost(8, 1).Case(),
            new GeneratedHost(8, 2) { From = from, Step = step }.Type("leaky", h => Mebibyte * h).Case());

        Assert.False(compared.IsJudged);
        Assert.Contains(said, Assert.Single(compared.Notes), StringComparison.Ordinal);
        Assert.DoesNotContain(compared.Series, s => s.IsSignificant);
        Assert.InRange(Row(compared, "leaky").RateInB!.Value.PerHour / Mebibyte, 0.99, 1.01);
    }

    [Fact]
    public void An_unknown_uptime_is_said()
    {
        HostDifferential compared = HostComparison.Of(
            new GeneratedHost(9, 1) { KnowsUptime = false, Name = "a" }.Case(),
            new GeneratedHost(9, 2) { Name = "b" }.Type("leaky", h => Mebibyte * h).Case());

        Assert.False(compared.IsJudged);
        Assert.StartsWith("the uptime of a is not in the captures", Assert.Single(compared.Notes), StringComparison.Ordinal);
        Assert.Null(Row(compared, "leaky").RateInB);
    }

    [Fact]
    public void A_table_that_one_side_lacks_makes_nothing_new()
    {
        HostDifferential compared = HostComparison.Of(
            new GeneratedHost(10, 1) { Name = "a" }.Case(),
            new GeneratedHost(10, 2) { Name = "b" }.Zone("leaky zone", h => 1000 * h, 4096).Case());

        Assert.Contains("a lacks vmstat -z: no zone is compared", compared.Notes);
        Assert.DoesNotContain(compared.Series, s => s.Subject.Name == "leaky zone");
    }

    [Fact]
    public void The_rule_says_leak_only_where_the_host_alone_would()
    {
        DiagnosisCase a = new GeneratedHost(11, 1) { Name = "old" }.Type("leaky", _ => Mebibyte, 20_000).Case();
        DiagnosisCase b = new GeneratedHost(11, 2) { Name = "new" }.Type("leaky", h => Mebibyte * (1 + h), 20_000).Case();
        Finding finding = Assert.Single(Rules.Rule.Findings("LS0111", b with { Differential = HostComparison.Of(a, b) }));

        Assert.Equal((Verdict.Leak, Severity.Warning, "leaky"), (finding.Verdict, finding.Severity, finding.Subject.Name));
        Assert.Matches(@"^malloc type leaky grows by \+1\.0 MiB/h on new and not on old at the same uptime$", finding.Title);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("compared at 96 points from 30 min to 2 d", StringComparison.Ordinal));
        Assert.Empty(Rules.Rule.Findings("LS0111", b));

        DiagnosisCase few = new GeneratedHost(11, 2) { Name = "new", Samples = 9 }.Type("leaky", h => Mebibyte * (1 + h), 4096).Case();
        Finding[] findings = Rules.Rule.Findings("LS0111", few with { Differential = HostComparison.Of(a, few) });
        Assert.DoesNotContain(findings, f => f.Verdict == Verdict.Leak);
    }

    private static ComparedSeries Row(HostDifferential compared, string name) =>
        Assert.Single(compared.Series, s => s.Subject.Name == name);
}
