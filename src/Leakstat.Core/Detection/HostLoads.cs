using System.Collections.Immutable;
using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>
/// What a host does by time: what most of its series have in common, its counters, how much an owner was asked for.
/// </summary>
internal sealed class HostLoads(HostSeries host, TimeLine line)
{
    private readonly StitchedTrack _track = new();
    private readonly Blocks _blocks = new();

    /// <summary>
    /// What most series do: the median over all of their levels, each on its own scale; empty where fewer than five are
    /// known.
    /// </summary>
    public static double[] Common(double[]?[] levels)
    {
        double[][] known = [.. levels.OfType<double[]>()];
        int length = known.Length == 0 ? 0 : known.Max(l => l.Length);
        double[][] scaled = [.. known.Where(l => l.Length == length).Select(Scaled)];
        if (scaled.Length < 5)
        {
            return [];
        }

        double[] common = new double[length], at = new double[scaled.Length];
        for (int i = 0; i < length; i++)
        {
            for (int k = 0; k < scaled.Length; k++)
            {
                at[k] = scaled[k][i];
            }

            Array.Sort(at);
            common[i] = at[at.Length / 2];
        }

        return common;
    }

    private static double[] Scaled(double[] values)
    {
        double mean = 0, squares = 0;
        foreach (double value in values)
        {
            mean += value / values.Length;
        }

        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        double deviation = Math.Sqrt(squares / values.Length);
        return [.. values.Select(v => deviation > 0 ? (v - mean) / deviation : 0)];
    }

    /// <summary>Counters that move, by the blocks of the coarse view.</summary>
    public (string Name, double[] Level)[] CounterLevels(int fewest)
    {
        var levels = new List<(string, double[])>();
        foreach (ExplainingCounter counter in host.Counters)
        {
            Load(counter);
            if (_track.Count >= fewest && !IsConstant(_track.Values))
            {
                _blocks.Load(_track.Hours, _track.Values, Math.Min(SeriesView.Coarse, Math.Max(_track.Count / 2, 6)));
                levels.Add((counter.Name, _blocks.Means.ToArray()));
            }
        }

        return [.. levels];
    }

    /// <summary>Counters that move, by parts of a day as <see cref="SeriesView.Parts"/>.</summary>
    public double[][] CounterParts(int fewest)
    {
        var parts = new List<double[]>();
        foreach (ExplainingCounter counter in host.Counters)
        {
            Load(counter);
            if (_track.Count >= fewest && !IsConstant(_track.Values))
            {
                parts.Add(SeriesView.PartsOf(_blocks, _track.Hours, _track.Values));
            }
        }

        return [.. parts];
    }

    /// <summary>
    /// Requests in each part of a day, from their running total since boot; null where that has too few values or never
    /// moves.
    /// </summary>
    public double[]? RequestRate(ImmutableArray<double> total, int fewest)
    {
        _track.Load(line.Every, line.Hours, host.Boots, new SeriesInput { Key = "", Values = total });
        if (_track.Count < fewest || IsConstant(_track.Values))
        {
            return null;
        }

        double[] parts = SeriesView.PartsOf(_blocks, _track.Hours, _track.Values), rate = new double[parts.Length];
        for (int i = 0; i < rate.Length; i++)
        {
            int from = Math.Max(i - 1, 0), to = Math.Min(i + 1, rate.Length - 1);
            rate[i] = Math.Max(parts[to] - parts[from], 0) / Math.Max(to - from, 1);
        }

        return rate;
    }

    /// <summary>
    /// Logarithm of the mean of the last third over that of the first, −1 to 1.5; 0 where either is nought.
    /// </summary>
    public static double Growth(ReadOnlySpan<double> rate)
    {
        int third = Math.Max(rate.Length / 3, 1);
        double before = 0, after = 0;
        for (int i = 0; i < third; i++)
        {
            before += rate[i];
            after += rate[^(i + 1)];
        }

        return before > 0 && after > 0 ? Math.Clamp(Math.Log(after / before), -1, 1.5) : 0;
    }

    private void Load(ExplainingCounter counter) => _track.Load(
        line.Every, line.Hours, host.Boots, new SeriesInput { Key = counter.Name, Values = counter.Values });

    private static bool IsConstant(ReadOnlySpan<double> values) => values.IndexOfAnyExcept(values[0]) < 0;
}
