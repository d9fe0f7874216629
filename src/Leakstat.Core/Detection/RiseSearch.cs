namespace Leakstat.Detection;

/// <summary>The stretch of a track whose rise is least likely chance.</summary>
/// <param name="Start">First sample of it, an index into the track.</param>
/// <param name="End">One past its last sample.</param>
/// <param name="Slope">Its slope; the chance is of this one test.</param>
/// <param name="Limit">Most bins it was tested in.</param>
/// <param name="IsEnvelope">Whether the lower envelope was tested, not the means.</param>
/// <param name="Tests">Tests made to find it.</param>
internal readonly record struct Rise(int Start, int End, Slope Slope, int Limit, bool IsEnvelope, int Tests);

/// <summary>
/// Looks for a rise that lasts to the end of a track: over stretches of falling length, on the means and on the lower
/// envelope, free of the day and the week where the stretch holds them twice.
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
    private readonly Dictionary<(int Start, int End, int Limit), Basis> _shared = [];

    /// <summary>Forgets what was kept of another host's time line.</summary>
    public void Reset() => _shared.Clear();

    /// <summary>Finds the rise; a complete track has a value for every sample of the host's time line.</summary>
    public Rise Find(Track track, double quantum, bool complete)
    {
        int end = track.Count;
        var best = new Rise(0, end, Slope.None, Bins.Limit, false, 0);
        int tests = 0;
        for (double length = end; length >= FewestSamples; length /= Shrink)
        {
            int start = end - (int)length;
            Try(start, Bins.Limit, false);
            if (length < 2 * EnvelopeBins)
            {
                continue;
            }

            Try(start, EnvelopeBins, true);
            int days = (int)((track.Hours[^1] - track.Hours[start]) / Season.Day);
            if (days is >= FewestSamples and < EnvelopeBins)
            {
                Try(start, days, true);
            }
        }

        return best with { Tests = Math.Max(tests, 1) };

        void Try(int start, int limit, bool envelope)
        {
            Slope slope = Test(track, start, end, limit, envelope, quantum, complete);
            tests++;
            if (slope.Chance < best.Slope.Chance)
            {
                best = new Rise(start, end, slope, limit, envelope, 0);
            }
        }
    }

    /// <summary>Tests one stretch.</summary>
    public Slope Test(Track track, int start, int end, int limit, bool envelope, double quantum, bool complete)
    {
        _bins.Load(track.Hours, track.Values, start, end, limit);
        return _test.Run(
            BasisFor(_bins, end, limit, complete), _bins.Hours, envelope ? _bins.Minima : _bins.Means, quantum);
    }

    private Basis BasisFor(Bins bins, int end, int limit, bool complete)
    {
        if (complete && _shared.TryGetValue((bins.Start, end, limit), out Basis? kept))
        {
            return kept;
        }

        Basis basis = complete ? new Basis() : _own;
        basis.Reset(bins.Count);
        Season.AddSeen(basis, bins.Hours, _scratch);
        if (complete)
        {
            _shared[(bins.Start, end, limit)] = basis;
        }

        return basis;
    }
}
