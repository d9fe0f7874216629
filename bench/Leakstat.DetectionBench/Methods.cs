using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>A leak that a method names.</summary>
/// <param name="Keys">Series of the finding, the one it is named by first.</param>
/// <param name="BytesPerHour">Rate, for ranking.</param>
/// <param name="Confidence">Confidence, where the method gives one.</param>
/// <param name="Exhaustion">Forecast, where the method gives one.</param>
internal sealed record Alarm(string[] Keys, double BytesPerHour, double Confidence = 0, Exhaustion? Exhaustion = null);

/// <summary>A way to find leaks in the series of a host.</summary>
internal interface IMethod
{
    string Name { get; }

    /// <summary>Leaks, the worst first.</summary>
    Alarm[] Run(HostSeries host);
}

/// <summary>The engine under test.</summary>
internal sealed class EngineMethod : IMethod
{
    public string Name => "leakstat";

    public Alarm[] Run(HostSeries host)
    {
        HostTrends trends = new TrendEngine().Analyze(host);
        Dictionary<string, SeriesInput> inputs = host.Series.ToDictionary(s => s.Key);
        return
        [
            .. trends.Leaks.Select(leader => new Alarm(
                [
                    leader.Key,
                    .. trends.Results.Where(r => r.IsLeak && r.Key != leader.Key && r.GroupLeader == leader.Key)
                        .Select(r => r.Key),
                ],
                leader.Rate.PerHour * inputs[leader.Key].BytesPerUnit, leader.Confidence,
                trends.Results.Where(r => r.IsLeak && r.GroupLeader == leader.Key).Select(r => r.Exhaustion)
                    .FirstOrDefault(e => e is not null))),
        ];
    }
}

/// <summary>A method that looks at one series at a time and knows nothing of the others.</summary>
internal abstract class SeriesMethod : IMethod
{
    public abstract string Name { get; }

    public Alarm[] Run(HostSeries host)
    {
        var alarms = new List<Alarm>();
        int[] order = [.. Enumerable.Range(0, host.Hours.Length).OrderBy(i => host.Hours[i])];
        foreach (SeriesInput series in host.Series.Where(s => s.Role is SeriesRole.Live or SeriesRole.Aggregate))
        {
            if (series.Values.AsSpan().IndexOfAnyExcept(series.Values[0]) < 0)
            {
                continue;
            }

            int[] known = [.. order.Where(i => !double.IsNaN(series.Values[i]))];
            double[] hours = [.. known.Select(i => host.Hours[i])], values = [.. known.Select(i => series.Values[i])];
            if (values.Length >= 12 && Rate(hours, values) is { } rate)
            {
                alarms.Add(new Alarm([series.Key], rate * series.BytesPerUnit));
            }
        }

        return [.. alarms.OrderByDescending(a => a.BytesPerHour).ThenBy(a => a.Keys[0], StringComparer.Ordinal)];
    }

    /// <summary>Units per hour where the series alarms; null where it does not.</summary>
    protected abstract double? Rate(double[] hours, double[] values);

    /// <summary>Slope and its mean level over a stretch, by least squares.</summary>
    public static (double Slope, double Error, double Mean) Line(ReadOnlySpan<double> hours,
        ReadOnlySpan<double> values)
    {
        int n = hours.Length;
        double t = 0, y = 0, tt = 0, ty = 0, yy = 0;
        for (int i = 0; i < n; i++)
        {
            t += hours[i] / n;
            y += values[i] / n;
        }

        for (int i = 0; i < n; i++)
        {
            tt += (hours[i] - t) * (hours[i] - t);
            ty += (hours[i] - t) * (values[i] - y);
            yy += (values[i] - y) * (values[i] - y);
        }

        double slope = tt > 0 ? ty / tt : 0;
        return (slope, Math.Sqrt(Math.Max(yy - (slope * ty), 0) / Math.Max(n - 2, 1) / Math.Max(tt, 1e-30)), y);
    }
}

/// <summary>
/// What a <c>predict_linear</c> alert does: a line through the last quarter of the samples, alarming where it rises by
/// a fifth of the level within four such quarters.
/// </summary>
internal sealed class LeastSquaresMethod : SeriesMethod
{
    public override string Name => "least squares, threshold";

    protected override double? Rate(double[] hours, double[] values)
    {
        int from = Math.Min(values.Length * 3 / 4, values.Length - 12);
        (double slope, _, double mean) = Line(hours.AsSpan(from), values.AsSpan(from));
        return slope * 4 * (hours[^1] - hours[from]) > Math.Max(0.2 * Math.Abs(mean), 80) ? slope : null;
    }
}

/// <summary>Mann–Kendall on at most 240 bins, alarming at 10⁻⁶, with the slope after Sen.</summary>
internal sealed class MannKendallMethod : SeriesMethod
{
    public override string Name => "Mann–Kendall, Sen slope";

    protected override double? Rate(double[] hours, double[] values)
    {
        int width = (values.Length + 239) / 240, n = values.Length / width;
        double[] t = new double[n], y = new double[n];
        for (int i = 0; i < n; i++)
        {
            t[i] = hours.AsSpan(i * width, width).ToArray().Average();
            y[i] = values.AsSpan(i * width, width).ToArray().Average();
        }

        double sum = 0;
        for (int i = 1; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += Math.Sign(y[i] - y[j]);
            }
        }

        double ties = y.GroupBy(v => v).Where(g => g.Count() > 1)
            .Sum(g => g.Count() * (g.Count() - 1.0) * ((2.0 * g.Count()) + 5));
        double variance = ((n * (n - 1.0) * ((2.0 * n) + 5)) - ties) / 18;
        if (variance <= 0 || (sum - 1) / Math.Sqrt(variance) < Grid.Z)
        {
            return null;
        }

        var slopes = new List<double>(n * n / 2);
        for (int i = 1; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                slopes.Add((y[i] - y[j]) / (t[i] - t[j]));
            }
        }

        slopes.Sort();
        double sen = slopes[slopes.Count / 2];
        return sen * (t[^1] - t[0]) >= 36 ? sen : null;
    }
}

/// <summary>
/// Change points by binary segmentation of the increments' mean (CUSUM, threshold 3·log n), alarming where the last
/// segment rises.
/// </summary>
internal sealed class ChangePointMethod : SeriesMethod
{
    public override string Name => "change points";

    protected override double? Rate(double[] hours, double[] values)
    {
        int width = (values.Length + 239) / 240, n = values.Length / width;
        double[] t = new double[n], y = new double[n];
        for (int i = 0; i < n; i++)
        {
            t[i] = hours.AsSpan(i * width, width).ToArray().Average();
            y[i] = values.AsSpan(i * width, width).ToArray().Average();
        }

        int start = LastSegment(t, y);
        (double slope, double error, _) = Line(t.AsSpan(start), y.AsSpan(start));
        return n - start >= 12 && slope > Grid.Z * error && slope * (t[^1] - t[start]) >= 36 ? slope : null;
    }

    /// <summary>Where the last segment begins.</summary>
    internal static int LastSegment(double[] t, double[] y)
    {
        int n = y.Length, start = 0;
        while (n - start >= 24)
        {
            (int at, double gain) = Split(t.AsSpan(start), y.AsSpan(start));
            if (gain < 3 * Math.Log(n))
            {
                break;
            }

            start += at;
        }

        return start;
    }

    // The split into two lines that explains most, as a log-likelihood gain.
    private static (int At, double Gain) Split(ReadOnlySpan<double> hours, ReadOnlySpan<double> values)
    {
        int n = hours.Length, at = 0;
        double whole = Squares(hours, values), best = whole;
        for (int i = 12; i <= n - 12; i += Math.Max(n / 40, 1))
        {
            double left = Squares(hours[..i], values[..i]) + Squares(hours[i..], values[i..]);
            if (left < best)
            {
                (best, at) = (left, i);
            }
        }

        return (at, at == 0 ? 0 : n / 2.0 * Math.Log(whole / Math.Max(best, 1e-9)));
    }

    private static double Squares(ReadOnlySpan<double> hours, ReadOnlySpan<double> values)
    {
        (double slope, _, double mean) = Line(hours, values);
        double middle = 0, sum = 0;
        foreach (double hour in hours)
        {
            middle += hour / hours.Length;
        }

        for (int i = 0; i < hours.Length; i++)
        {
            double off = values[i] - mean - (slope * (hours[i] - middle));
            sum += off * off;
        }

        return sum + 1e-9;
    }
}
