using System.Collections.Immutable;

namespace Leakstat.Detection;

/// <summary>
/// A series over all boots of a host as if none had been: what each boot grew stands on what the boots before it did.
/// What a boot begins with is taken by the first tenth of it, in which a host warms up.
/// </summary>
internal sealed class StitchedTrack
{
    private const int FewestOfBoot = 4;
    private readonly Track _track = new();
    private double[] _hours = new double[512];
    private double[] _values = new double[512];

    /// <summary>Samples in use.</summary>
    public int Count { get; private set; }

    /// <summary>Times, hours.</summary>
    public ReadOnlySpan<double> Hours => _hours.AsSpan(0, Count);

    /// <summary>Values.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    /// <summary>Boots that have samples.</summary>
    public int BootsSeen { get; private set; }

    /// <summary>Boots over which the series gained.</summary>
    public int BootsGrown { get; private set; }

    /// <summary>Takes a series in, over all boots of the time line.</summary>
    public void Load(TimeLine line, ImmutableArray<int> boots, SeriesInput series)
    {
        _track.Load(line.Every, line.Hours, series, line.IsEveryStretch);
        if (_hours.Length < _track.Count)
        {
            _hours = new double[_track.Count];
            _values = new double[_track.Count];
        }

        Count = 0;
        (BootsSeen, BootsGrown) = (0, 0);
        for (int from = 0; from < _track.Count;)
        {
            int boot = BootOf(boots, _track.Samples[from]), to = from + 1;
            while (to < _track.Count && BootOf(boots, _track.Samples[to]) == boot)
            {
                to++;
            }

            Append(from, to);
            from = to;
        }
    }

    private static int BootOf(ImmutableArray<int> boots, int sample) =>
        boots.IsDefaultOrEmpty || sample >= boots.Length ? 0 : boots[sample];

    private void Append(int from, int to)
    {
        if (Count > 0 && to - from < FewestOfBoot)
        {
            return;
        }

        BootsSeen++;
        int start = Count == 0 ? from : from + ((to - from) / 10);
        double offset = Count == 0 ? 0 : _values[Count - 1] - _track.Values[start];
        BootsGrown += _track.Values[to - 1] > _track.Values[start] ? 1 : 0;
        _track.Hours[start..to].CopyTo(_hours.AsSpan(Count));
        for (int i = start; i < to; i++)
        {
            _values[Count++] = _track.Values[i] + offset;
        }
    }
}
