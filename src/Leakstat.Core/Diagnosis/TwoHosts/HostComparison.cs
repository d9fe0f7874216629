using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;

namespace Leakstat.Diagnosis.TwoHosts;

/// <summary>
/// Compares the growth of two hosts at equal times since boot. What both do alike, warm-up before all, cancels in the
/// difference; the trend engine judges what is left, given the difference of the counters that may explain it.
/// </summary>
public static class HostComparison
{
    /// <summary>Growth below this is noise on any host, bytes; as for a single host.</summary>
    private const long NoiseBytes = 64 << 10;

    /// <summary>Compares B with A.</summary>
    public static HostDifferential Of(DiagnosisCase a, DiagnosisCase b)
    {
        (string nameOfA, string nameOfB) = ComparisonNotes.Labels(a, b);
        var overlap = UptimeOverlap.Of(a.History, b.History);
        ImmutableArray<string>.Builder notes = ImmutableArray.CreateBuilder<string>();
        ComparisonNotes.AddUptimes(notes, overlap, a, b, nameOfA, nameOfB);
        UptimeLine lineOfA = overlap?.A ?? InOrder(a.History);
        UptimeLine lineOfB = overlap?.B ?? InOrder(b.History);
        Dictionary<SeriesKey, SideSeries> seriesOfA = SideSeries.Of(a, lineOfA);
        Dictionary<SeriesKey, SideSeries> seriesOfB = SideSeries.Of(b, lineOfB);
        ComparisonNotes.AddTables(notes, seriesOfA, seriesOfB, nameOfA, nameOfB);
        List<SeriesPair> pairs = SeriesPair.Of(seriesOfA, seriesOfB);
        pairs.RemoveAll(
            p => p.A is null
                ? !ComparisonNotes.Has(seriesOfA, p.B!.Key.Kind)
                : p.B is null && !ComparisonNotes.Has(seriesOfB, p.A.Key.Kind));
        SeriesPair[] moving = [.. pairs.Where(p => p.A is null || p.B is null || Moves(p.A) || Moves(p.B))];
        var differential = new HostDifferential
        {
            A = a,
            B = b,
            NameOfA = nameOfA,
            NameOfB = nameOfB,
            Overlap = overlap,
            Unchanged = pairs.Count - moving.Length,
            Changes = HostChanges.Between(a, b),
        };
        if (!differential.IsJudged)
        {
            return differential with
            {
                Notes = notes.ToImmutable(),
                Series = Sorted(moving.Select(p => Described(differential, p, overlap is null))),
            };
        }

        var scale = new LoadScale(a, b, overlap!);
        Dictionary<SeriesPair, ComparedSeries> rows = moving.ToDictionary(
            p => p, p => Described(differential, p, isUntimed: false));
        Judge(differential, moving, rows, scale, inverse: false);
        Judge(differential, moving, rows, scale, inverse: true);
        return differential with { Series = Sorted(rows.Values), Load = scale.Load, Notes = notes.ToImmutable() };
    }

    /// <summary>
    /// Judges one side with the other's movement taken out: what grows there beyond it. The movement that is taken out
    /// counts more where the judged side is larger or busier.
    /// </summary>
    private static void Judge(
        HostDifferential host,
        SeriesPair[] pairs,
        Dictionary<SeriesPair, ComparedSeries> rows, LoadScale scale, bool inverse)
    {
        UptimeOverlap overlap = host.Overlap!;
        (UptimeLine judged, UptimeLine other) = inverse ? (overlap.A, overlap.B) : (overlap.B, overlap.A);
        (DiagnosisCase judgedCase, DiagnosisCase otherCase) = inverse ? (host.A, host.B) : (host.B, host.A);
        var inputs = ImmutableArray.CreateBuilder<SeriesInput>();
        var asked = new Dictionary<string, SeriesPair>();
        var scales = new Dictionary<string, (double Scale, string? Reason)>();
        foreach (SeriesPair pair in pairs)
        {
            if ((inverse ? pair.A : pair.B) is not { } own)
            {
                continue;
            }

            SideSeries? reference = inverse ? pair.B : pair.A;
            double[] values = overlap.AtPoints(judged, own.Values);
            double[] movement = reference is null ? [] : overlap.AtPoints(other, reference.Values);
            (double Scale, string? Reason) by = Gain(movement) > 0 ? scale.Of(own.Key.Name, inverse) : (1, null);
            string key = $"{own.Key.Kind}:{own.Key.Name}";
            asked[key] = pair;
            scales[key] = by;
            inputs.Add(new SeriesInput
            {
                Key = key,
                Values = Without(values, movement, by.Scale),
                Role = own.Role,
                Quantum = Math.Max(own.Quantum, reference?.Quantum ?? 1),
            });
        }

        TrendOptions options = TrendOptions.Default;
        bool few = overlap.Points.Length < options.MinimumSamples;
        HostTrends trends = new TrendEngine(
            few ? options with { MinimumSamples = HostDifferential.FewestPoints } : options).Analyze(new HostSeries
            {
                Hours = overlap.Points,
                UptimeAtStart = overlap.From,
                Series = inputs.ToImmutable(),
                Counters = Counters(overlap, judgedCase, otherCase, inverse),
            });
        foreach (TrendResult result in trends.Results)
        {
            SeriesPair pair = asked[result.Key];
            rows[pair] = Read(host, pair, rows[pair], result, scales[result.Key], inverse);
        }
    }

    private static ComparedSeries Read(
        HostDifferential host,
        SeriesPair pair,
        ComparedSeries row,
        TrendResult result,
        (double Scale, string? Reason) scale,
        bool inverse)
    {
        bool rises = result.Class is TrendClass.Leak or TrendClass.Stopped or TrendClass.Rising;
        long gain = (inverse ? row.GainInA : row.GainInB) ?? 0;
        if (gain < NoiseBytes || (!rises && result.Class != TrendClass.Explained))
        {
            return row;
        }

        if (!rises || Excluded(inverse ? host.A : host.B, pair))
        {
            return inverse || row.IsSignificant
                ? row
                : row with
                {
                    Change = GrowthChange.Explained,
                    Reason = result.ExplainedBy
                    ?? "a cache that is bounded or gives back"
                };
        }

        ComparedRate? rateOfOther = inverse ? row.RateInB : row.RateInA;
        bool otherGrows = rateOfOther is { Low: > 0 } && ((inverse ? row.GainInB : row.GainInA) ?? 0) >= NoiseBytes;
        return row with
        {
            Change = (inverse, otherGrows) switch
            {
                (false, false) => GrowthChange.Begins,
                (false, true) => GrowthChange.Faster,
                (true, false) => GrowthChange.Ends,
                (true, true) => GrowthChange.Slower,
            },
            Chance = result.Chance,
            Class = result.Class,
            Scale = scale.Scale,
            Reason = scale.Reason,
            Start = inverse || result.Start < 0 ? -1 : NearestSample(host.Overlap!, host.Overlap!.Points[result.Start]),
        };
    }

    /// <summary>
    /// Whether the judged side alone tells of another reason than a leak: a bound, a cache, a counter.
    /// </summary>
    private static bool Excluded(DiagnosisCase judged, SeriesPair pair) =>
        judged.Trends?.Of(pair.Named.Key)?.Class is TrendClass.Explained or TrendClass.BoundedFill or TrendClass.Elastic
            or TrendClass.Fragmentation;

    private static ComparedSeries Described(HostDifferential host, SeriesPair pair, bool isUntimed)
    {
        SideSeries named = pair.Named;
        ComparedRate? difference = null;
        if (host.IsJudged && pair is { A: { } inA, B: { } inB })
        {
            double[] of = [.. host.Overlap!.AtPoints(host.Overlap.B, inB.Values).Zip(
                host.Overlap.AtPoints(host.Overlap.A, inA.Values), (y, x) => y - x)];
            difference = Rate(host.Overlap.Points.AsSpan(), of, Math.Max(inA.Quantum, inB.Quantum));
        }

        DiagnosisCase owner = pair.B is null ? host.A : host.B;
        Subject subject = named.Key.Kind switch
        {
            SeriesKind.MallocBytes => Subject.Malloc(named.Key.Name),
            SeriesKind.ZoneUsed => Subject.Zone(named.Key.Name),
            _ => new Subject(SubjectKind.Wired, named.Key.Name),
        };
        return new ComparedSeries
        {
            Subject = subject,
            Key = named.Key,
            NamesInA = pair.NamesInA,
            NamesInB = pair.NamesInB,
            Presence = pair.A is null ? Presence.OnlyInB : pair.B is null ? Presence.OnlyInA : Presence.Both,
            RateInA = pair.A is null || isUntimed ? null : Rate(host, host.Overlap!.A, pair.A),
            RateInB = pair.B is null || isUntimed ? null : Rate(host, host.Overlap!.B, pair.B),
            Difference = difference,
            BytesInA = pair.A?.Last,
            BytesInB = pair.B?.Last,
            GainInA = pair.A is null ? null : Window(host, host.Overlap?.A, pair.A) is var ofA ? (long)Gain(ofA.Values)
                : null,
            GainInB = pair.B is null ? null : Window(host, host.Overlap?.B, pair.B) is var ofB ? (long)Gain(ofB.Values)
                : null,
            AtInA = pair.A?.At,
            AtInB = pair.B?.At,
            Owners = OwnerLookup.Of(owner, subject),
        };
    }

    private static ComparedRate? Rate(HostDifferential host, UptimeLine line, SideSeries series)
    {
        (double[] hours, double[] values) = Window(host, line, series);
        return Rate(hours, values, series.Quantum);
    }

    private static ComparedRate? Rate(ReadOnlySpan<double> hours, ReadOnlySpan<double> bytes, double quantum) =>
        RateEstimate.Of(hours, bytes, quantum) is { } rate ? new ComparedRate(rate.PerHour, rate.Low, rate.High) : null;

    /// <summary>
    /// The part of a series that is compared: the common uptime, or all of the boot where there is none.
    /// </summary>
    private static (double[] Hours, double[] Values) Window(HostDifferential host, UptimeLine? line, SideSeries series)
    {
        if (line is null || !host.IsJudged)
        {
            return ([.. line?.Hours ?? []], series.Values);
        }

        int[] within = [.. Enumerable.Range(0, line.Hours.Length).Where(
            i => line.Hours[i] >= host.Overlap!.From && line.Hours[i] <= host.Overlap.To)];
        return ([.. within.Select(i => line.Hours[i])], [.. within.Select(i => series.Values[i])]);
    }

    private static ImmutableArray<double> Without(double[] values, double[] movement, double scale)
    {
        int first = Array.FindIndex(movement, double.IsFinite);
        return first < 0
            ? [.. values]
            : [.. values.Select((v, i) => v - (scale * (movement[i] - movement[first])))];
    }

    private static ImmutableArray<ExplainingCounter> Counters(
        UptimeOverlap overlap, DiagnosisCase judged, DiagnosisCase other, bool inverse)
    {
        ImmutableArray<ExplainingCounter>.Builder counters = ImmutableArray.CreateBuilder<ExplainingCounter>();
        (UptimeLine judgedLine, UptimeLine otherLine) = inverse ? (overlap.A, overlap.B) : (overlap.B, overlap.A);
        foreach (string name in TrendAnalysis.Levels.Order(StringComparer.Ordinal))
        {
            if (judged.History.Find(SeriesKind.Counter, name) is { } own && other.History.Find(
                SeriesKind.Counter, name) is { } reference)
            {
                counters.Add(new ExplainingCounter(name, Without(At(own, judgedLine), At(reference, otherLine), 1)));
            }
        }

        return counters.ToImmutable();

        double[] At(Series series, UptimeLine line)
        {
            ImmutableArray<double> all = TrendAnalysis.Numbers(series);
            return overlap.AtPoints(line, [.. line.Samples.Select(i => all[i])]);
        }
    }

    private static double Gain(double[] values)
    {
        int first = Array.FindIndex(values, double.IsFinite);
        return first < 0 ? 0 : Array.FindLast(values, double.IsFinite) - values[first];
    }

    private static int NearestSample(UptimeOverlap overlap, double hour) =>
        overlap.B.Samples[Enumerable.Range(0, overlap.B.Hours.Length).MinBy(i => Math.Abs(overlap.B.Hours[i] - hour))];

    private static bool Moves(SideSeries series)
    {
        double first = Array.Find(series.Values, double.IsFinite);
        return Array.Exists(series.Values, v => double.IsFinite(v) && v != first);
    }

    private static UptimeLine InOrder(HostHistory history)
    {
        int start = history.CurrentBootStart;
        ImmutableArray<int> samples = [.. Enumerable.Range(start, history.Samples.Length - start)];
        return new UptimeLine(samples, [.. samples.Select(i => (double)(i - start))]);
    }

    private static ImmutableArray<ComparedSeries> Sorted(IEnumerable<ComparedSeries> rows) =>
    [
        .. rows.OrderBy(r => r.Change switch
            {
                GrowthChange.Begins or GrowthChange.Faster => 0,
                GrowthChange.Ends or GrowthChange.Slower => 1,
                GrowthChange.Explained => 2,
                _ => r.Presence switch { Presence.OnlyInB => 3, Presence.Both => 4, _ => 5 },
            })
            .ThenByDescending(r => r.Change is GrowthChange.Ends or GrowthChange.Slower
                ? r.RateInA?.PerHour ?? 0
                : r.RateInB?.PerHour ?? 0)
            .ThenByDescending(r => r.BytesInB ?? r.BytesInA ?? 0)
            .ThenBy(r => r.Key.Kind).ThenBy(r => r.Key.Name, StringComparer.Ordinal),
    ];
}
