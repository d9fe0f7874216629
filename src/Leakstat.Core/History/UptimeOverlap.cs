using System.Collections.Immutable;

namespace Leakstat.History;

/// <summary>
/// The stretch of uptime that two hosts have in common, and the points of it at which they are compared: the samples of
/// the side that has fewer. Between them the other side is known at least as well.
/// </summary>
public sealed record UptimeOverlap
{
    /// <summary>Boots of one history that are tried; the longest are enough.</summary>
    private const int MostBoots = 32;

    /// <summary>Samples of A of the boot that was chosen.</summary>
    public required UptimeLine A { get; init; }

    /// <summary>Samples of B of the boot that was chosen.</summary>
    public required UptimeLine B { get; init; }

    /// <summary>Hours since boot where the common stretch begins.</summary>
    public required double From { get; init; }

    /// <summary>Hours since boot where it ends; before <see cref="From"/> where there is none.</summary>
    public required double To { get; init; }

    /// <summary>Hours since boot of the points of comparison; empty where the uptimes do not overlap.</summary>
    public required ImmutableArray<double> Points { get; init; }

    /// <summary>
    /// The pair of boots that have most points in common, the latest of equals; null where an uptime is not known.
    /// </summary>
    public static UptimeOverlap? Of(HostHistory a, HostHistory b)
    {
        UptimeLine[] boots = Longest(a);
        UptimeLine[] others = Longest(b);
        UptimeOverlap? best = null;
        foreach (UptimeLine boot in boots)
        {
            foreach (UptimeLine other in others)
            {
                UptimeOverlap overlap = Of(boot, other);
                if (best is null || overlap.Points.Length >= best.Points.Length)
                {
                    best = overlap;
                }
            }
        }

        return best;
    }

    /// <summary>
    /// Values of one side at the points: its own where it has a sample there, else on the line between its neighbours.
    /// </summary>
    /// <param name="line">Uptimes of the side.</param>
    /// <param name="values">One value per sample of <paramref name="line"/>; NaN where missing.</param>
    public double[] AtPoints(UptimeLine line, ReadOnlySpan<double> values)
    {
        double[] at = new double[Points.Length];
        int after = 0;
        int before = -1;
        for (int i = 0; i < at.Length; i++)
        {
            double hour = Points[i];
            while (after < values.Length && (line.Hours[after] < hour || !double.IsFinite(values[after])))
            {
                before = double.IsFinite(values[after]) ? after : before;
                after++;
            }

            if (after == values.Length)
            {
                at[i] = double.NaN;
            }
            else if (line.Hours[after] <= hour)
            {
                at[i] = values[after];
            }
            else if (before < 0)
            {
                at[i] = double.NaN;
            }
            else
            {
                double part = (hour - line.Hours[before]) / (line.Hours[after] - line.Hours[before]);
                at[i] = values[before] + (part * (values[after] - values[before]));
            }
        }

        return at;
    }

    private static UptimeLine[] Longest(HostHistory history)
    {
        UptimeLine[] all = [.. UptimeLine.Of(history)];
        HashSet<UptimeLine> longest = [.. all.OrderByDescending(l => l.Samples.Length).Take(MostBoots)];
        return [.. all.Where(longest.Contains)];
    }

    private static UptimeOverlap Of(UptimeLine a, UptimeLine b)
    {
        double from = Math.Max(a.First, b.First);
        double to = Math.Min(a.Last, b.Last);
        double[] ofA = [.. a.Hours.Where(h => h >= from && h <= to)];
        double[] ofB = [.. b.Hours.Where(h => h >= from && h <= to)];
        return new UptimeOverlap
        {
            A = a,
            B = b,
            From = from,
            To = to,
            Points = [.. ofA.Length < ofB.Length ? ofA : ofB],
        };
    }
}
