using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>What is true of an episode.</summary>
internal sealed record Truth
{
    /// <summary>Class of the episode: what leaks, or what only looks like it.</summary>
    public required string Class { get; init; }

    /// <summary>Keys of the series that leak; empty for a healthy host.</summary>
    public string[] Culprits { get; init; } = [];

    /// <summary>Start of the leak, hours.</summary>
    public double Start { get; init; }

    /// <summary>Units per hour lost of the first culprit.</summary>
    public double Rate { get; init; }

    /// <summary>Bytes per unit of the first culprit.</summary>
    public double BytesPerUnit { get; init; } = 1;

    /// <summary>When the series first passes its bound, hours; NaN where it has none.</summary>
    public double ExhaustedAt { get; init; } = double.NaN;

    /// <summary>Earliest possible time to detect it, hours; NaN outside the grid.</summary>
    public double Limit { get; init; } = double.NaN;

    /// <summary>Whether anything leaks.</summary>
    public bool IsLeak => Culprits.Length > 0;
}

/// <summary>One host over some days, and the truth beside it.</summary>
internal sealed record Episode(int Number, HostSeries Host, Truth Truth)
{
    /// <summary>Hours from first sample to last.</summary>
    public double Hours => Host.Hours.Max() - Host.Hours.Min();

    /// <summary>What of the episode was known at a time.</summary>
    public HostSeries Until(double hours)
    {
        int[] kept = [.. Enumerable.Range(0, Host.Hours.Length).Where(i => Host.Hours[i] <= hours)];
        if (kept.Length == Host.Hours.Length)
        {
            return Host;
        }

        int count = kept.Length == 0 ? 0 : kept[^1] + 1;
        return Host with
        {
            Hours = Host.Hours[..count],
            Boots = Host.Boots.IsDefaultOrEmpty ? [] : Host.Boots[..count],
            Series = [.. Host.Series.Select(s => s with
            {
                Values = s.Values[..count],
                Allocations = s.Allocations.IsDefaultOrEmpty ? [] : s.Allocations[..count],
                Frees = s.Frees.IsDefaultOrEmpty ? [] : s.Frees[..count],
            })],
            Counters = [.. Host.Counters.Select(c => c with { Values = c.Values[..count] })],
        };
    }
}
