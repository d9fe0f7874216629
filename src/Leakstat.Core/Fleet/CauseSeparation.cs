using System.Collections.Immutable;
using Leakstat.Detection.Weighing;

namespace Leakstat.Fleet;

/// <summary>
/// What separates the hosts with a cause that was found on each of them: Fisher's exact test for every trait,
/// corrected for their number and that of the causes (Bonferroni). The best is named; then the hosts with it are set
/// aside and the others searched again, for one subject may leak for several reasons. Of what grows, a trait is not
/// named where hosts without it rise about as fast: they were watched for less long, and nothing else separates them.
/// </summary>
internal sealed class CauseSeparation(IReadOnlyList<FleetHost> hosts, ImmutableArray<TraitGroup> groups, int causes)
{
    /// <summary>Chance that anything is named in a fleet where nothing separates.</summary>
    public const double MostChance = 0.005;

    private const int MostNamed = 3;

    /// <summary>The separations; empty where none stands out from chance.</summary>
    /// <param name="have">The hosts with the cause.</param>
    /// <param name="judged">Whether a host could have shown it.</param>
    /// <param name="slopeOf">
    /// How fast the subject rises on a host, bytes per day, null where that was not judged; null of a cause that is no
    /// growth.
    /// </param>
    public ImmutableArray<Separation> Of(
        IReadOnlySet<FleetHost> have, Func<FleetHost, bool> judged, Func<FleetHost, double?>? slopeOf = null)
    {
        double correction = Math.Log(Math.Max((double)groups.Length * causes, 1));
        bool[] left = [.. hosts.Select(judged)];
        bool[] isOf = [.. hosts.Select(have.Contains)];
        double?[]? slopes = null;
        HashSet<TraitGroup> alike = new(ReferenceEqualityComparer.Instance);
        var named = ImmutableArray.CreateBuilder<Separation>();
        while (named.Count < MostNamed)
        {
            (TraitGroup? best, FourfoldTable table, double log) = Best(isOf, left, alike);
            if (best is null || log + correction > Math.Log(MostChance))
            {
                break;
            }

            if (slopeOf is not null && RisesAlike(best, isOf, left, slopes ??= [.. hosts.Select(slopeOf)]))
            {
                alike.Add(best);
                continue;
            }

            named.Add(new Separation(best.Traits, table, Math.Min(Math.Exp(log + correction), 1)));
            for (int i = 0; i < left.Length; i++)
            {
                left[i] &= best.Has[i] == false;
            }
        }

        return named.ToImmutable();
    }

    /// <summary>Whether the subject rises on hosts without a trait at least half as fast as on those with it.</summary>
    private static bool RisesAlike(TraitGroup group, bool[] isOf, bool[] left, double?[] slopes)
    {
        double[] with = SlopesWhere(i => group.Has[i] == true && isOf[i]);
        double[] without = SlopesWhere(i => group.Has[i] == false);
        return with.Length >= TraitGroups.FewestHosts && without.Length >= TraitGroups.FewestHosts
            && OrderStatistic.Median(with) is > 0 and double rate && OrderStatistic.Median(without) >= rate / 2;

        double[] SlopesWhere(Func<int, bool> isMeant) =>
        [
            .. Enumerable.Range(0, left.Length).Where(i => left[i] && isMeant(i)).Select(i => slopes[i])
                .OfType<double>(),
        ];
    }

    private (TraitGroup? Best, FourfoldTable Table, double Log) Best(
        bool[] isOf, bool[] left, HashSet<TraitGroup> leftOut)
    {
        (TraitGroup? Best, FourfoldTable Table, double Log) best = (null, default, 0);
        foreach (TraitGroup group in groups.Where(g => !leftOut.Contains(g)))
        {
            FourfoldTable table = Table(group, isOf, left);
            if (table.OfWith == 0 || table.OfWithout == 0
                || (long)table.With * table.OfWithout <= (long)table.Without * table.OfWith)
            {
                continue;
            }

            double log = table.LogChance;
            if (log < best.Log)
            {
                best = (group, table, log);
            }
        }

        return best;
    }

    private static FourfoldTable Table(TraitGroup group, bool[] isOf, bool[] left)
    {
        int with = 0, ofWith = 0, without = 0, ofWithout = 0;
        for (int i = 0; i < left.Length; i++)
        {
            if (!left[i] || group.Has[i] is not { } has)
            {
                continue;
            }

            int one = isOf[i] ? 1 : 0;
            (with, ofWith) = has ? (with + one, ofWith + 1) : (with, ofWith);
            (without, ofWithout) = has ? (without, ofWithout) : (without + one, ofWithout + 1);
        }

        return new FourfoldTable(with, ofWith, without, ofWithout);
    }
}
