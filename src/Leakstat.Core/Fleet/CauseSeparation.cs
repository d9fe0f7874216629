using System.Collections.Immutable;

namespace Leakstat.Fleet;

/// <summary>
/// What separates the hosts with a cause that was found on each of them: Fisher's exact test for every trait,
/// corrected for their number and that of the causes (Bonferroni). The best is named; then the hosts with it are set
/// aside and the others searched again, for one subject may leak for several reasons.
/// </summary>
internal sealed class CauseSeparation(IReadOnlyList<FleetHost> hosts, ImmutableArray<TraitGroup> groups, int causes)
{
    /// <summary>Chance that anything is named in a fleet where nothing separates.</summary>
    public const double MostChance = 0.005;

    private const int MostNamed = 3;

    /// <summary>The separations; empty where none stands out from chance.</summary>
    /// <param name="have">The hosts with the cause.</param>
    /// <param name="judged">Whether a host could have shown it.</param>
    public ImmutableArray<Separation> Of(IReadOnlySet<FleetHost> have, Func<FleetHost, bool> judged)
    {
        double correction = Math.Log(Math.Max((double)groups.Length * causes, 1));
        bool[] left = [.. hosts.Select(judged)];
        bool[] isOf = [.. hosts.Select(have.Contains)];
        var named = ImmutableArray.CreateBuilder<Separation>();
        while (named.Count < MostNamed)
        {
            (TraitGroup? best, FourfoldTable table, double log) = Best(isOf, left);
            if (best is null || log + correction > Math.Log(MostChance))
            {
                break;
            }

            named.Add(new Separation(best.Traits, table, Math.Min(Math.Exp(log + correction), 1)));
            for (int i = 0; i < left.Length; i++)
            {
                left[i] &= best.Has[i] == false;
            }
        }

        return named.ToImmutable();
    }

    private (TraitGroup? Best, FourfoldTable Table, double Log) Best(bool[] isOf, bool[] left)
    {
        (TraitGroup? Best, FourfoldTable Table, double Log) best = (null, default, 0);
        foreach (TraitGroup group in groups)
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
