using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>
/// What a host does by time: what most of its series have in common, and its counters.
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
    public (string Name, double[] Level)[] CounterParts(int fewest)
    {
        var parts = new List<(string, double[])>();
        foreach (ExplainingCounter counter in host.Counters)
        {
            Load(counter);
            if (_track.Count >= fewest && !IsConstant(_track.Values))
            {
                parts.Add((counter.Name, SeriesView.PartsOf(_blocks, _track.Hours, _track.Values)));
            }
        }

        return [.. parts];
    }

    private void Load(ExplainingCounter counter) => _track.Load(
        line, host.Boots, new SeriesInput { Key = counter.Name, Values = counter.Values });

    private static bool IsConstant(ReadOnlySpan<double> values) => values.IndexOfAnyExcept(values[0]) < 0;
}
