using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>
/// Weighs what speaks for memory that is not given back, series by series, where the slope alone proves nothing.
/// </summary>
internal sealed class SuspicionSearch(HostSeries host, TimeLine line, TrendOptions options)
{
    private const int FewestSamples = 6;

    // What rises this clearly counts as company to another that does.
    private const double ClearTau = 0.5;
    private const int MostCompared = 48;

    // What rises by less than this part of another, both as logarithms, is no peer of it.
    private const double PeerShare = 0.6;

    // A fall by this share of the gain is no noise.
    private const double DeepFall = 0.4;

    // A load that goes with less of the moves than this would add more than it takes away.
    private const double LeastCorrelation = 0.4;

    // The logarithm of six and a quarter equal steps. A virtual machine or a database wires its memory in fewer.
    private const double FewestMovesOfRest = 1.83;

    // What goes with a counter by what it is for, and by so much of its gain, is explained by it.
    private const double ExplainedByDesign = 0.9;

    // Items that lie in caches of processors count to the limit, and not as used.
    private const double NearLimit = 0.95;

    // The bound is looked at a moment before or after the count.
    private const double MostOfCapacity = 1.02;

    private readonly FeatureExtraction _extraction = new();
    private readonly StitchedTrack _track = new();
    private readonly TroughLine _troughs = new();
    private readonly HostLoads _loads = new(host, line);
    private readonly double[]?[] _levels = new double[]?[host.Series.Length];
    private readonly double[]?[] _parts = new double[]?[host.Series.Length];
    private readonly int[] _wholeDays = new int[host.Series.Length];
    private double[] _floor = [];

    /// <summary>Judges every series that moves; null for the others, and for what did not rise.</summary>
    /// <param name="results">What the slope test says of each.</param>
    /// <param name="slopes">−log₁₀ of the chance of each slope.</param>
    public Suspicion?[] Run(TrendResult[] results, double[] slopes)
    {
        int count = host.Series.Length;
        var rises = new RiseFeatures?[count];
        var contexts = new RiseContext[count];
        for (int i = 0; i < count; i++)
        {
            if (results[i].Class is not (TrendClass.Constant or TrendClass.Insufficient))
            {
                (rises[i], contexts[i]) = Look(i, results[i], slopes[i]);
            }
        }

        double[] common = options.IsAlone ? [] : HostLoads.Common(_levels);
        (string Name, double[] Level)[] counters = _loads.CounterLevels(FewestSamples);
        (string Name, double[] Level)[] parts = _loads.CounterParts(FewestSamples);
        (string Name, double[] Level)[] loads = options.IsAlone ? parts : [("", HostLoads.Common(_parts)), .. parts];
        int[] clear = options.IsAlone
            ? []
            : [
                .. Enumerable.Range(0, count)
                    .Where(i => rises[i] is { } r && IsClear(r) && IsUnexplained(results[i].Class, contexts[i].Nature))
                    .Take(MostCompared),
            ];
        var found = new Suspicion?[count];
        for (int i = 0; i < count; i++)
        {
            if (rises[i] is { } rise && host.Series[i].Role is SeriesRole.Live or SeriesRole.Aggregate
                && results[i].Class is not (TrendClass.BoundedFill or TrendClass.Elastic or TrendClass.Fragmentation))
            {
                RiseContext among = Among(i, contexts[i], rises, common, counters, clear);
                Suspicion weighed = Suspicion.Weigh(rise, WithoutLoad(i, among, loads), options.Without);

                // A cache below its bound rises whenever there is work, in lines and in steps: no evidence against it.
                bool fills = weighed.Probability >= options.SuspectProbability && results[i].BoundUsed <= MostOfCapacity
                    && host.Series[i].Bound is { Kind: BoundKind.Capacity };
                results[i] = fills ? results[i] with { Class = TrendClass.BoundedFill } : results[i];
                string? by = !fills && Ladder.IsSuspect(results[i], weighed, host.Series[i], options)
                    ? ExplainedBy(i, counters)
                    : null;
                results[i] = by is null
                    ? results[i]
                    : results[i] with { Class = TrendClass.Explained, ExplainedBy = by, Exhaustion = null };
                found[i] = fills || by is not null ? null : weighed;
            }
        }

        return found;
    }

    /// <summary>What one series shows by itself; no rise where it has too few samples, or did not rise.</summary>
    private (RiseFeatures? Rise, RiseContext Context) Look(int i, TrendResult result, double slope)
    {
        SeriesInput series = host.Series[i];
        _track.Load(line, host.Boots, series);
        if (_track.Count < FewestSamples)
        {
            return default;
        }

        RiseFeatures? rise = Read(series);
        _levels[i] = _extraction.View.Means.ToArray();
        _parts[i] = _extraction.View.Parts.ToArray();
        _wholeDays[i] = _extraction.View.WholeDays;
        return (rise, new RiseContext
        {
            Boots = _track.BootsGrown,
            BootsSeen = _track.BootsSeen,
            Slope = Math.Clamp(slope, 0, 12),
            IsBending = result.Class is TrendClass.Plateau,
            IsExplained = result.Class is TrendClass.Explained,

            // What can rise no more because requests fail stands still for no reason of its own.
            AtCeiling = Ceiling.Reached(_track.Values)
                && !(series.Bound is { Kind: BoundKind.Limit } && result.BoundUsed >= NearLimit),
            IsInLumps = series.Nature == OwnerNature.Rest && rise is { Steps: < FewestMovesOfRest },
            Nature = series.Nature,
        });
    }

    // What falls back again and again is judged by the line through its troughs, where that goes up.
    private RiseFeatures? Read(SeriesInput series)
    {
        double memory = host.PhysicalBytes / series.BytesPerUnit;
        RiseFeatures? plain = _extraction.Read(_track.Hours, _track.Values, series.Quantum, memory);
        if (plain is { AdjustedFall: < DeepFall } || _track.Count < 4 * TroughLine.Fewest)
        {
            return plain;
        }

        if (_floor.Length < _track.Count)
        {
            _floor = new double[_track.Count];
        }

        Span<double> floor = _floor.AsSpan(0, _track.Count);
        if (!_troughs.TryDraw(_track.Hours, _track.Values, floor, ClearTau))
        {
            return plain;
        }

        RiseFeatures? through = _extraction.Read(_track.Hours, floor, series.Quantum, memory);
        return through is { } found
            ? found with { TroughsOnly = true }
            : _extraction.Read(_track.Hours, _track.Values, series.Quantum, memory);
    }

    private static bool IsClear(RiseFeatures rise) =>
        rise is { TroughTau: > ClearTau, AdjustedTau: > ClearTau, AdjustedSeparation: > -0.1 };

    // A cache that fills or a counter that grows is reason enough for what rises with it, and none for others.
    private static bool IsUnexplained(TrendClass found, OwnerNature nature) => nature != OwnerNature.Cache
        && found is not (TrendClass.Explained or TrendClass.BoundedFill or TrendClass.Elastic
            or TrendClass.Fragmentation);

    private RiseContext Among(
        int index, RiseContext context, RiseFeatures?[] rises, double[] common,
        (string Name, double[] Level)[] counters, int[] clear)
    {
        double[] levels = _levels[index]!;
        (string? by, double counted, _) = MostOf(levels, counters.Where(c => c.Name != host.Series[index].OwnCounter));

        double with = 0;
        if (common.Length == levels.Length)
        {
            with = CounterShare.Of(levels, common, out double correlation) * Math.Abs(correlation);
        }

        int company = 0, peers = 0, lockstep = 0;
        double least = rises[index]!.Value.Ratio * PeerShare;
        foreach (int other in clear)
        {
            if (other != index)
            {
                bool together = MovesWith(levels, _levels[other]!);
                company += together ? 0 : 1;
                peers += together || rises[other]!.Value.Ratio < least ? 0 : 1;
                lockstep += together ? 1 : 0;
            }
        }

        return context with
        {
            Counted = counted,
            Counter = by,
            Common = with,
            Company = company,
            Peers = peers,
            Lockstep = lockstep
        };
    }

    // The counter that a series goes with by design, where it accounts, alone or with another of them, for the gain.
    private string? ExplainedBy(int index, (string Name, double[] Level)[] counters)
    {
        double[] levels = _levels[index]!;
        (string Name, double[] Level)[] own = [.. counters.Where(c => host.Series[index].Follows.Contains(c.Name))];
        (string? name, double share, double[]? level) = MostOf(levels, own);
        double rest = level is null || share >= ExplainedByDesign
            ? 0
            : (1 - share) * MostOf(CounterShare.Without(levels, level, out _), own.Where(c => c.Name != name)).Share;
        return share + rest >= ExplainedByDesign ? name : null;
    }

    // The counter that accounts for most of a rise, and for how much of it; none where none has a part in it.
    private static (string? Name, double Share, double[]? Level) MostOf(
        double[] levels, IEnumerable<(string Name, double[] Level)> counters)
    {
        (string? Name, double Share, double[]? Level) most = (null, 0, null);
        foreach ((string name, double[] level) in counters)
        {
            if (level.Length == levels.Length)
            {
                double share = CounterShare.Of(levels, level, out double correlation) * Math.Abs(correlation);
                most = share > most.Share ? (name, share, level) : most;
            }
        }

        return most;
    }

    // What is left of the series without the load that moves most like it; all of it where none does.
    private RiseContext WithoutLoad(int index, RiseContext context, (string Name, double[] Level)[] loads)
    {
        double[] parts = _parts[index]!, left = parts;
        double most = LeastCorrelation;
        foreach ((string name, double[] load) in loads)
        {
            if (load.Length == parts.Length && name != host.Series[index].OwnCounter)
            {
                double[] rest = CounterShare.Without(parts, load, out double correlation);
                (most, left) = correlation > most ? (correlation, rest) : (most, left);
            }
        }

        return _extraction.WithLeft(context, [.. left], _wholeDays[index], host.Series[index].Quantum);
    }

    // Whether two series make the same moves, block by block.
    private static bool MovesWith(double[] a, double[] b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        double sumA = 0, sumB = 0, aa = 0, bb = 0, ab = 0;
        int n = a.Length - 1;
        for (int i = 0; i < n; i++)
        {
            double x = a[i + 1] - a[i], y = b[i + 1] - b[i];
            sumA += x;
            sumB += y;
            aa += x * x;
            bb += y * y;
            ab += x * y;
        }

        aa -= sumA * sumA / n;
        bb -= sumB * sumB / n;
        ab -= sumA * sumB / n;
        return aa > 0 && bb > 0 && ab / Math.Sqrt(aa * bb) > 0.9;
    }
}
