namespace Leakstat.Detection;

/// <summary>
/// Whether a rise may be the straightest piece of something that wanders. What a random walk does before a rise, and
/// after one that ended, stands against it as well as what it does in between.
/// </summary>
internal sealed class RandomWalkTest
{
    // To exclude a walk under other noise at the contract's bar takes four times as long as to tell a slope. Few series
    // are such walks, so that less has to stand against one; more where all there is to see is a piece that was chosen
    // for how straight it is.
    private const double MostLikely = 0.05;
    private const double MostLikelyOfChosen = 0.005;
    private const int FewestAround = 12;

    private readonly NoisyWalkTest _walk = new();
    private readonly Basis _basis = new();
    private readonly Bins _bins = new();
    private readonly double[] _scratch = new double[Bins.Limit];
    private readonly double[] _time = new double[Bins.Limit];

    /// <summary>Whether the rise may be part of a walk; one that ended is judged with what came after it.</summary>
    public bool MayBe(Track track, Rise rise, bool ended)
    {
        double alone = Chance(track, rise, rise.History, rise.End);
        int length = rise.End - rise.Start, from = Math.Max(rise.Start - length, 0);
        int to = ended ? Math.Min(rise.End + length, track.Count) : rise.End;
        if (rise.Start - from < FewestAround && to - rise.End < FewestAround)
        {
            return alone > MostLikely;
        }

        double around = Chance(track, rise, from, to);
        return ended ? around > MostLikely || alone > MostLikely : around > MostLikely && alone > MostLikelyOfChosen;
    }

    private double Chance(Track track, Rise rise, int from, int to)
    {
        _bins.Load(track.Hours, track.Values, from, to, rise.Width);
        ReadOnlySpan<double> hours = _bins.Hours;
        double start = track.Hours[rise.Start], end = track.Hours[rise.End - 1];
        bool hasBefore = from < rise.Start;
        for (int i = 0; i < hours.Length; i++)
        {
            _time[i] = Math.Clamp(hours[i], start, end) - start;
            _scratch[i] = hours[i] < start ? 0 : 1;
        }

        _basis.Reset(hours.Length);

        // What begins to leak is often loaded just then, and takes what it needs at once.
        if (hasBefore && from != rise.History)
        {
            _basis.Add(_scratch.AsSpan(0, hours.Length));
        }

        Season.AddSeen(_basis, hours, _scratch);
        return _walk.Chance(_basis, _time.AsSpan(0, hours.Length), rise.IsEnvelope ? _bins.Minima : _bins.Means);
    }
}
