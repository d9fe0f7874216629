namespace Leakstat.DetectionBench;

/// <summary>What one method made of one episode.</summary>
internal sealed record Outcome
{
    public required Truth Truth { get; init; }

    public required int Episode { get; init; }

    public double Hours { get; init; }

    /// <summary>Place of the true culprit among the findings, from 1; 0 where it is not among them.</summary>
    public int Place { get; init; }

    /// <summary>Findings at the end whose series do not leak.</summary>
    public int False { get; init; }

    /// <summary>Different wrong findings over all looks at the episode.</summary>
    public int FalseOverTime { get; init; }

    /// <summary>Keys of wrong findings, for a person who asks why.</summary>
    public string[] FalseKeys { get; init; } = [];

    /// <summary>Confidence and truth of each finding.</summary>
    public (double Confidence, bool IsRight)[] Confidences { get; init; } = [];

    /// <summary>Forecast for the culprit.</summary>
    public Detection.Exhaustion? Exhaustion { get; init; }

    /// <summary>Time to detect over its limit; infinite where missed, NaN outside the grid.</summary>
    public double Lateness { get; init; } = double.NaN;

    public double BytesLost { get; init; } = double.NaN;
}

/// <summary>A share with its 95 % interval after Wilson.</summary>
internal readonly record struct Share(int Hits, int Of)
{
    public double Value => Of == 0 ? double.NaN : (double)Hits / Of;

    public (double Low, double High) Interval
    {
        get
        {
            const double z = 1.959964;
            if (Of == 0)
            {
                return (0, 1);
            }

            double p = Value, d = 1 + (z * z / Of), middle = (p + (z * z / (2 * Of))) / d;
            double half = z / d * Math.Sqrt((p * (1 - p) / Of) + (z * z / (4.0 * Of * Of)));
            return (Math.Max(middle - half, 0), Math.Min(middle + half, 1));
        }
    }

    public override string ToString() => Of == 0 ? "–" : $"{Value:0.000} ({Interval.Low:0.000}–{Interval.High:0.000})";
}

/// <summary>Runs a method over an episode and holds it against the truth.</summary>
internal static class Scoring
{
    private static readonly double[] Looks = [0.15, 0.4];

    public static Outcome Score(IMethod method, Episode episode, bool overTime)
    {
        Alarm[] alarms = method.Run(episode.Host);
        var wrong = new SortedSet<string>(alarms.Where(a => !IsRight(a, episode.Truth)).Select(a => a.Keys[0]),
            StringComparer.Ordinal);
        int place = Array.FindIndex(alarms, a => IsRight(a, episode.Truth)) + 1;
        int atEnd = wrong.Count;
        if (overTime)
        {
            double first = episode.Host.Hours.Min();
            foreach (double look in Looks)
            {
                wrong.UnionWith(method.Run(episode.Until(first + (look * episode.Hours)))
                    .Where(a => !IsRight(a, episode.Truth)).Select(a => a.Keys[0]));
            }
        }

        return new Outcome
        {
            Truth = episode.Truth,
            Episode = episode.Number,
            Hours = episode.Hours,
            Place = place,
            False = atEnd,
            FalseOverTime = wrong.Count,
            FalseKeys = [.. wrong],
            Confidences = [.. alarms.Select(a => (a.Confidence, IsRight(a, episode.Truth)))],
            Exhaustion = place > 0 ? alarms[place - 1].Exhaustion : null,
        };
    }

    /// <summary>Looks at the episode again and again until the culprit is named.</summary>
    public static Outcome TimeToDetect(IMethod method, Episode episode)
    {
        Truth truth = episode.Truth;
        double lateness = double.PositiveInfinity;
        int wrong = 0;
        for (double after = 0.6; after <= 8; after *= 1.12)
        {
            Alarm[] alarms = method.Run(episode.Until(truth.Start + (after * truth.Limit)));
            wrong = Math.Max(wrong, alarms.Count(a => !IsRight(a, truth)));
            if (alarms.Any(a => IsRight(a, truth)))
            {
                lateness = after;
                break;
            }
        }

        return new Outcome
        {
            Truth = truth,
            Episode = episode.Number,
            Lateness = lateness,
            False = wrong,
            Hours = episode.Hours,
            BytesLost = double.IsFinite(lateness) ? lateness * truth.Limit * truth.Rate * truth.BytesPerUnit
                : double.NaN,
        };
    }

    private static bool IsRight(Alarm alarm, Truth truth) => alarm.Keys.Any(truth.Culprits.Contains);
}
