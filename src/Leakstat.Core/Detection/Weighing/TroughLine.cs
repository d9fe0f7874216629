using System.Runtime.InteropServices;

namespace Leakstat.Detection.Weighing;

/// <summary>
/// The floor under what builds up and is given back again and again: the line through the troughs after each deep fall.
/// </summary>
internal sealed class TroughLine
{
    /// <summary>Fewest troughs that make a line.</summary>
    public const int Fewest = 6;

    // A fall by this share of the swing around the trend ends a tooth.
    private const double Deep = 0.4;

    private readonly List<int> _troughs = [];
    private double[] _flat = [];
    private double[] _ranked = [];

    /// <summary>
    /// Draws the line at the time of every sample, straight between the troughs and level beyond them; false where the
    /// series does not fall deeply at least as often as <see cref="Fewest"/>, or its troughs do not rise.
    /// </summary>
    /// <param name="hours">Times, hours, rising.</param>
    /// <param name="values">Values.</param>
    /// <param name="drawn">Takes the line; as many values as there are samples.</param>
    /// <param name="leastTau">What Kendall's tau of the troughs against their order has to be, −1 to 1.</param>
    public bool TryDraw(
        ReadOnlySpan<double> hours, ReadOnlySpan<double> values, Span<double> drawn, double leastTau)
    {
        if (_flat.Length < hours.Length)
        {
            _flat = new double[hours.Length];
            _ranked = new double[hours.Length];
        }

        Span<double> flat = _flat.AsSpan(0, hours.Length);
        Flatten(hours, values, flat);
        FindTroughs(flat, DeepFall(flat));
        ReadOnlySpan<int> troughs = CollectionsMarshal.AsSpan(_troughs);
        if (troughs.Length < Fewest)
        {
            return false;
        }

        double[] lows = new double[troughs.Length];
        for (int k = 0; k < lows.Length; k++)
        {
            lows[k] = values[troughs[k]];
        }

        if (Monotony.Tau(lows) < leastTau)
        {
            return false;
        }

        drawn[..troughs[0]].Fill(lows[0]);
        for (int k = 1; k < troughs.Length; k++)
        {
            double from = hours[troughs[k - 1]], span = hours[troughs[k]] - from;
            for (int i = troughs[k - 1]; i < troughs[k]; i++)
            {
                drawn[i] = lows[k - 1] + ((lows[k] - lows[k - 1]) * (hours[i] - from) / span);
            }
        }

        drawn[troughs[^1]..].Fill(lows[^1]);
        return true;
    }

    // The series around its least squares line, so that a rising floor does not hide how deep it falls.
    private static void Flatten(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, Span<double> flat)
    {
        double meanH = 0, meanV = 0, hh = 0, hv = 0;
        for (int i = 0; i < hours.Length; i++)
        {
            meanH += hours[i] / hours.Length;
            meanV += values[i] / hours.Length;
        }

        for (int i = 0; i < hours.Length; i++)
        {
            hh += (hours[i] - meanH) * (hours[i] - meanH);
            hv += (hours[i] - meanH) * (values[i] - meanV);
        }

        double slope = hh > 0 ? hv / hh : 0;
        for (int i = 0; i < flat.Length; i++)
        {
            flat[i] = values[i] - meanV - (slope * (hours[i] - meanH));
        }
    }

    // A part of the swing, one in twenty values on each side left out.
    private double DeepFall(ReadOnlySpan<double> flat)
    {
        Span<double> ranked = _ranked.AsSpan(0, flat.Length);
        flat.CopyTo(ranked);
        int aside = flat.Length / 20;
        double low = OrderStatistic.Select(ranked, aside);
        double high = OrderStatistic.Select(ranked[aside..], flat.Length - 1 - (2 * aside));
        return Deep * (high - low);
    }

    // Turning points: a low counts once the series has fallen to it by a deep fall and risen again by as much. The last
    // fall needs no rise after it.
    private void FindTroughs(ReadOnlySpan<double> flat, double deep)
    {
        _troughs.Clear();
        int high = 0, low = 0;
        bool falling = false;
        for (int i = 1; deep > 0 && i < flat.Length; i++)
        {
            if (falling)
            {
                low = flat[i] < flat[low] ? i : low;
                if (flat[i] - flat[low] > deep)
                {
                    _troughs.Add(low);
                    (falling, high) = (false, i);
                }
            }
            else
            {
                high = flat[i] > flat[high] ? i : high;
                if (flat[high] - flat[i] > deep)
                {
                    (falling, low) = (true, i);
                }
            }
        }

        if (falling)
        {
            _troughs.Add(low);
        }
    }
}
