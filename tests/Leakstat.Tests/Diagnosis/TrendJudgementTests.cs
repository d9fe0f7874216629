using System.Globalization;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

public sealed class TrendJudgementTests
{
    [Fact]
    public void A_zone_that_nobody_knows_is_not_bounded_by_vnodes()
    {
        DiagnosisCase host = Given.Case([.. Series(20, i => $"mystery: 512, 0, {100 + (40 * i) + (i % 3)}, 5, 9000, 0, 0")]);

        Assert.Equal(TrendClass.Leak, host.Trends!.Of(new SeriesKey(SeriesKind.ZoneUsed, "mystery"))!.Class);
        Finding finding = Assert.Single(new LS0101GrowthOfOwner().Evaluate(host));
        Assert.Equal((Verdict.Leak, "mystery"), (finding.Verdict, finding.Subject.Name));
    }

    [Fact]
    public void Vnodes_on_their_way_to_their_limit_are_a_cache_that_fills()
    {
        DiagnosisCase host = Given.Case([.. Series(20, i => $"VNODE: 448, 0, {1000 + (900 * i) + (i % 3)}, 5, 9000, 0, 0")]);

        Assert.DoesNotContain(new LS0101GrowthOfOwner().Evaluate(host), f => f.Verdict == Verdict.Leak);
    }

    [Fact]
    public void Eleven_captures_are_too_few_to_say_leak()
    {
        DiagnosisCase host = Given.Case([.. Series(11, i => $"mystery: 512, 0, {100 + (40 * i) + (i % 3)}, 5, 9000, 0, 0")]);

        Assert.All(new LS0101GrowthOfOwner().Evaluate(host), f => Assert.Equal(Verdict.Suspect, f.Verdict));
    }

    [Fact]
    public void Captures_without_times_are_judged_by_comparison_only() =>
        Assert.Null(Given.Case([.. Series(20, i => $"mystery: 512, 0, {100 + i}, 5, 9000, 0, 0").Select(c => c with { TakenAt = null })]).Trends);

    [Theory]
    [InlineData(true, TrendClass.Explained)]
    [InlineData(false, TrendClass.Leak)]
    public void The_count_of_sockets_does_not_explain_sockets(bool withFiles, TrendClass expected)
    {
        // Load that goes up and down on its way up; the kernel's count of sockets is the zone's own.
        int Load(int i) => 1000 + (200 * i) + ((i * 7919 % 13) * 60);
        DiagnosisCase host = Given.Case([.. Series(
            40,
            i => $"socket: 960, 0, {Load(i)}, 5, 9000, 0, 0",
            i => $"kern.ipc.numopensockets: {Load(i)}\nkern.openfiles: {(withFiles ? Load(i) + 300 : 1400 + (i % 3))}\n")]);

        TrendClass found = host.Trends!.Of(new SeriesKey(SeriesKind.ZoneUsed, "socket"))!.Class;
        Assert.True(found == expected || (!withFiles && found == TrendClass.Suspect), $"{found}");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Malloc_zones_are_judged_where_types_do_not_count_their_blocks(int blocksInZone, bool isJudged)
    {
        int Blocks(int i) => 4000 + (300 * i) + (i % 3);
        DiagnosisCase host = Given.Case([.. Series(
            20,
            i => $"malloc-256: 256, 0, {Blocks(i) * blocksInZone}, 5, 9000, 0, 0",
            type: i => $"         temp {Blocks(i)} {Blocks(i) / 4}K - {Blocks(i)} 256")]);

        Assert.Equal(isJudged, host.Trends!.Of(new SeriesKey(SeriesKind.ZoneUsed, "malloc-256")) is not null);
        Assert.NotNull(host.Trends!.Of(new SeriesKey(SeriesKind.MallocBytes, "temp")));
    }

    [Fact]
    public void Malloc_zones_are_judged_where_a_type_that_is_not_listed_grows()
    {
        // Of 80,000 blocks 5 more in each capture are of no type: a hundred, far below what may be without one.
        DiagnosisCase host = Given.Case([.. Series(
            20,
            i => $"malloc-256: 256, 0, {80_000 + (5 * i)}, 5, 9000, 0, 0",
            type: i => $"         temp {80_000 + (i % 2)} 20000K - {80_000 + i} 256")]);

        Assert.NotNull(host.Trends!.Of(new SeriesKey(SeriesKind.ZoneUsed, "malloc-256")));
    }

    [Theory]
    [InlineData(null, Verdict.Suspect)]
    [InlineData(true, null)]
    [InlineData(false, Verdict.Leak)]
    public void Mount_points_are_held_against_what_mount_lists(bool? isListed, Verdict? expected)
    {
        int Mounts(int i) => 4 + (9 * i) + (i % 2);
        DiagnosisCase host = Given.Case([.. Series(
            40,
            i => $"Mountpoints: 2816, 0, {Mounts(i)}, 5, 9000, 0, 0",
            mounts: isListed is { } listed ? i => listed ? Mounts(i) : 4 + (i % 2) : null)]);

        Finding? finding = new LS0101GrowthOfOwner().Evaluate(host).SingleOrDefault();
        Assert.Equal(expected, finding?.Verdict);
        Assert.Equal(
            isListed is null, finding?.Advice.Any(a => a.Text.Contains("Compare it with what mount lists", StringComparison.Ordinal)) == true);
    }

    private static IEnumerable<Capture> Series(
        int count, Func<int, string> row, Func<int, string>? sysctl = null, Func<int, string>? type = null, Func<int, int>? mounts = null)
    {
        for (int i = 0; i < count; i++)
        {
            List<(string, string)> files =
            [
                ("z", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\n" + row(i) + "\n"),
                ("sysctl.txt", "kern.maxvnodes: 64000\nkern.osreldate: 1402000\n" + sysctl?.Invoke(i)),
            ];
            if (type is not null)
            {
                files.Add(("m", "         Type InUse MemUse HighUse Requests  Size(s)\n" + type(i) + "\n"));
            }

            if (mounts is not null)
            {
                files.Add(("mount.txt", string.Concat(Enumerable.Range(0, mounts(i)).Select(n => $"tank/d{n} on /d{n} (zfs, local)\n"))));
            }

            Capture capture = Given.Capture([.. files]);
            yield return capture with
            {
                TakenAt = DateTimeOffset.Parse("2026-11-20T00:00:00Z", CultureInfo.InvariantCulture).AddMinutes(10 * i),
            };
        }
    }
}
