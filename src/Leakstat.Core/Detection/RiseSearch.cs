namespace Leakstat.Detection;

/// <summary>The stretch of a track whose rise is least likely chance.</summary>
/// <param name="Start">First sample of it, an index into the track.</param>
/// <param name="End">One past its last sample.</param>
/// <param name="History">
/// First sample of the flat history that the noise was told from; the start where there is none.
/// </param>
/// <param name="Slope">Its slope; the chance is of this one test.</param>
/// <param name="Width">Samples in each bin of the test; 0 for as few as fit.</param>
/// <param name="IsEnvelope">Whether the lower envelope was tested, not the means.</param>
/// <param name="Tests">Tests made to find it.</param>
internal readonly record struct Rise(
    int Start, int End, int History, Slope Slope, int Width, bool IsEnvelope, int Tests);

/// <summary>
/// Looks for a rise that lasts to the end of a track: over stretches of falling length, each alone and after a flat
/// history twice as long (which tells more of the noise), on the means and on the lower envelope, free of the day and
/// the week where the stretch holds them twice.
/// </summary>
internal sealed class RiseSearch
{
    private const double Shrink = 1.5;
    private const int EnvelopeBins = 60;
    private const int FewestSamples = 12;

    private readonly SlopeTest _test = new();
    private readonly Bins _bins = new();
    private readonly Basis _own = new();
    private readonly double[] _scratch = new double[Bins.Limit];
    private readonly Dictionary<(int Start, int End, int Width), Basis> _shared = [];

    /// <summary>Forgets what was kept of another host's time line.</summary>
    public void Reset() => _shared.Clear();

    /// <summary>Finds the rise; a complete track has a value for every sample of the host's time line.</summary>
    public Rise Find(Track track, double quantum, bool complete)
    {
        int end = track.Count;
        var best = new Rise(0, end, 0, Slope.None, 0, false, 0);
        int tests = 0;
        for (double length = end; length >= FewestSamples; length /= Shrink)
        {
            int start = end - (int)length;
            int history = Math.Max(end - (3 * (int)length), 0);
            Try(start, start, 0, false);
            if (start - history >= FewestSamples)
            {
                Try(start, history, 0, false);
            }

            if (length < 2 * EnvelopeBins)
            {
                continue;
            }

            // A bin of the envelope holds a whole day or a small part of one; between them it would beat with the day.
            double day = Season.Day * (length - 1) / (track.Hours[^1] - track.Hours[start]);
            int width = length >= FewestSamples * day
                ? (int)Math.Max(Math.Round(day), 1)
                : Bins.WidthFor((int)length, EnvelopeBins);
            Try(start, start, width, true);
        }

        // The corner where the rise sets in, over all that is known before it.
        _bins.Load(track.Hours, track.Values, 0, end, 0);
        int corner = Onset.Find(_bins.Hours, _bins.Means, Math.Max(FewestSamples / _bins.Width, 2)) * _bins.Width;
        if (corner >= FewestSamples && end - corner >= FewestSamples)
        {
            Try(corner, 0, 0, false);
            Try(corner, Math.Max(corner - (2 * (end - corner)), 0), 0, false);
        }

        return best with { Tests = Math.Max(tests, 1) };

        void Try(int start, int history, int width, bool envelope)
        {
            Slope slope = Test(track, start, end, history, width, envelope, quantum, complete);
            tests++;
            if (slope.Chance < best.Slope.Chance)
            {
                best = new Rise(start, end, history, slope, width, envelope, 0);
            }
        }
    }

    /// <summary>Tests one stretch, with or without history before it.</summary>
    public Slope Test(
        Track track, int start, int end, int history, int width, bool envelope, double quantum, bool complete,
        bool onlyRises = true)
    {
        _bins.Load(track.Hours, track.Values, history, end, width);
        Basis basis = BasisFor(_bins, end, complete);
        bool hasHistory = history < start;
        Slope slope = _test.Run(
            basis, hasHistory ? _bins.HoursSince(track.Hours[start]) : _bins.Hours,
            envelope ? _bins.Minima : _bins.Means, quantum, onlyRises);
        return hasHistory && !IsAsQuiet((start - history) / _bins.Width, quantum) ? Slope.None : slope;
    }

    // A history tells of the noise of a rise only where the rise is no noisier than it: a step after long silence has
    // a history without noise and says nothing by it.
    private bool IsAsQuiet(int before, double quantum)
    {
        ReadOnlySpan<double> all = _test.Residuals(_bins.Count);
        ReadOnlySpan<double> early = all[..Math.Clamp(before, 1, all.Length - 1)], late = all[early.Length..];
        double rounding = quantum * quantum / 12;
        return Basis.Dot(late, late) / late.Length
            <= ((Basis.Dot(early, early) / early.Length) + rounding) * (1.3 + (3 / Math.Sqrt(late.Length)));
    }

    private Basis BasisFor(Bins bins, int end, bool complete)
    {
        if (complete && _shared.TryGetValue((bins.Start, end, bins.Width), out Basis? kept))
        {
            return kept;
        }

        Basis basis = complete ? new Basis() : _own;
        basis.Reset(bins.Count);
        Season.AddSeen(basis, bins.Hours, _scratch);
        if (complete)
        {
            _shared[(bins.Start, end, bins.Width)] = basis;
        }

        return basis;
    }
}
