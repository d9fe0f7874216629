using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis;

/// <summary>Leaks of every kind, planted in real captures: the finding that ranks first has to name them.</summary>
public sealed class PlantedLeakTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(14)]
    public void NothingIsSaidOfTheHostWithoutALeak(int captures)
    {
        DiagnosisReport report = new Planted(captures).Report();
        Assert.DoesNotContain(report.Findings, f => f.Verdict is Verdict.Leak or Verdict.Suspect);
    }

    [Theory]
    [InlineData(3, 800, Verdict.Suspect)]
    [InlineData(6, 500, Verdict.Suspect)]
    [InlineData(14, 300, Verdict.Leak)]
    public void PagesThatNoTableShowsAreTheRemainder(int captures, int pages, Verdict verdict)
    {
        Finding first = new Planted(captures).Each((p, i) => p.Pages(i, pages * i)).Report().Findings[0];
        Assert.Equal(Subject.Unaccounted, first.Subject);
        Assert.Equal(verdict, first.Verdict);
    }

    [Fact]
    public void AFewPagesAreNoLeak() => Assert.DoesNotContain(
        new Planted(6).Each((p, i) => p.Pages(i, 8 * i)).Report().Findings, f => f.Subject == Subject.Unaccounted);

    [Theory]
    [InlineData("leakmod item", 384, 300, 8, Verdict.Suspect)]
    [InlineData("leakmod item", 384, 300, 14, Verdict.Leak)]
    [InlineData("NAMEI", 1024, 60, 14, Verdict.Leak)]
    [InlineData("VNODE", 448, 200, 14, Verdict.Leak)]
    public void AZoneThatNoCounterExplains(string zone, int size, int items, int captures, Verdict verdict)
    {
        Finding first = new Planted(captures).Each((p, i) =>
        {
            p.Zone(i, zone, (long)items * i);
            p.Slabs(i, zone, (long)items * i * size / 4096);
        }).Report().Findings[0];
        Assert.Equal(Subject.Zone(zone), first.Subject);
        Assert.Equal(verdict, first.Verdict);
    }

    [Fact]
    public void WhatRunsOutIsTheLimitOfTheZoneWhereThatComesFirst()
    {
        // 300 packets more in each capture, each with a cluster: some 100 captures to the limit of clusters, far more to the end of memory.
        Finding[] growing = [.. new Planted(8).Each((p, i) =>
        {
            p.Zone(i, "mbuf_cluster", 600L * i);
            p.Slabs(i, "mbuf_cluster", 300L * i);
        }).Report().Findings.Where(f => f is { Growth: not null, Exhaustion: not null })];

        Assert.Contains(growing, f => f.Subject.Name == "mbuf_cluster" && f.Exhaustion!.Of == "kern.ipc.nmbclusters");
    }

    [Fact]
    public void TheLargestThatRisesInEveryStepStandsFirstAndEndsAtItsLimit()
    {
        // 36.7 MiB of clusters that are never given back, and beside them a little of a malloc type.
        DiagnosisReport report = new Planted(14).Each((p, i) =>
        {
            p.Clusters(i, 1450L * i);
            p.Slabs(i, "mbuf_cluster", 725L * i);
            p.Type(i, "leakmod", 90L * i, 90L * i * 256);
            p.Zone(i, "malloc-256", 90L * i);
            p.Slabs(i, "malloc-256", 6L * i);
        }).Report();

        Finding first = report.Findings[0];
        Assert.Equal((Subject.Zone("mbuf_cluster"), Verdict.Leak), (first.Subject, first.Verdict));
        Assert.Equal("kern.ipc.nmbclusters", first.Exhaustion!.Of);
        Assert.Contains(report.Findings.Skip(1), f => f.Subject == Subject.Malloc("leakmod"));
    }

    [Fact]
    public void AVnodeZoneThatItsCounterFollowsIsACache()
    {
        DiagnosisReport report = new Planted(14).Each((p, i) =>
        {
            p.Zone(i, "VNODE", 200L * i);
            p.Slabs(i, "VNODE", 200L * i * 448 / 4096);
            p.Vnodes(i, 200L * i);
        }).Report();
        Assert.DoesNotContain(report.Findings, f => f.Verdict is Verdict.Leak or Verdict.Suspect);
    }

    [Fact]
    public void ATypeThatVanishedIsNamedForTheBlocksItLeft()
    {
        const int Blocks = 30_000;
        Finding first = new Planted(6).Each((p, i) =>
        {
            p.Zone(i, "malloc-256", Blocks);
            p.Slabs(i, "malloc-256", Blocks / 15);
            if (i < 4)
            {
                p.Type(i, "leakmod", Blocks, Blocks * 256L);
            }
            else
            {
                p.Remove(i, "vmstat-m.txt", "leakmod");
                p.Remove(i, "vmstat-z.txt", "leakmod");
                p.Remove(i, "kldstat.txt", "leakmod");
                p.Remove(i, "kldstat-v.txt", "leakmod");
            }
        }).Report().Findings[0];
        Assert.Equal(("LS0105", Subject.Malloc("leakmod")), (first.Rule, first.Subject));
        Assert.Equal(Verdict.Suspect, first.Verdict);
    }

    [Theory]
    [InlineData(200_000, Severity.Info)]
    [InlineData(600_000, Severity.Warning)]
    public void OneCaptureNamesWhatIsForeignAndLarge(int blocks, Severity severity)
    {
        DiagnosisReport report = new Planted(1).Each((p, i) =>
        {
            p.Type(i, "leakmod", blocks, blocks * 256L);
            p.Zone(i, "malloc-256", blocks);
            p.Slabs(i, "malloc-256", blocks / 15);
        }).Report();
        Finding first = report.Findings[0];
        Assert.Equal(("LS0110", Subject.Malloc("leakmod")), (first.Rule, first.Subject));
        Assert.Equal((Verdict.Suspect, severity), (first.Verdict, first.Severity));
        Assert.DoesNotContain(report.Findings, f => f.Rule == "LS0501");
    }

    [Fact]
    public void TheModuleIsStillNotedWhereNoFindingNamesIt() =>
        Assert.Contains(new Planted(1).Report().Findings, f => f.Rule == "LS0501" && f.Subject.Name == "leakmod.ko");
}
