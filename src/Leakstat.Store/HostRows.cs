using System.Collections.Immutable;
using Leakstat.Captures.Sources;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Store.Errors;
using Leakstat.Store.Packing;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>The captures of one host as they lie in the file: series by series, in the order of arrival.</summary>
internal sealed class HostRows : IDisposable
{
    private readonly Database _database;
    private readonly long _id;
    private readonly List<Segment> _segments = [];
    private readonly IReadOnlyList<StoredRow> _tail;
    private readonly List<string> _sources = [];
    private readonly SeriesNumbers _series;
    private readonly Dictionary<long, string> _texts = [];
    private readonly SegmentChunks _chunks;
    private readonly long _firstOfTail;

    /// <summary>Reads what is in the file.</summary>
    public HostRows(Database database, long id)
        : this(database, id, SeriesNumbers.Load(database, id), TailRows.Read(database, id))
    {
    }

    /// <summary>The same for whoever has read the series, and what no segment holds, already.</summary>
    /// <param name="database">The file.</param>
    /// <param name="id">Number of the host.</param>
    /// <param name="series">Its series.</param>
    /// <param name="tail">What no segment holds, and the place of the first of it.</param>
    public HostRows(
        Database database, long id, SeriesNumbers series, (IReadOnlyList<StoredRow> Rows, long First) tail)
    {
        (_database, _id, _series) = (database, id, series);
        (_tail, _firstOfTail) = tail;
        _chunks = new SegmentChunks(database);
        ReadSegments();
        _sources.AddRange(_tail.Select(row => row.Source));
    }

    /// <summary>Number of captures.</summary>
    public int Count => _sources.Count;

    /// <summary>Number of series, without those that only place captures.</summary>
    public int MeasuredSeries =>
        Enumerable.Range(0, _series.Count).Count(n => SeriesKindName.Parse(_series[n].Kind) is not null);

    /// <summary>The segments, in the order of arrival; what no segment holds follows them.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Sources of the samples, in the order of arrival.</summary>
    public IReadOnlyList<string> Sources => _sources;

    /// <summary>A time from its ticks.</summary>
    public static DateTimeOffset? Time(long? ticks) => ticks is { } known
        ? new DateTimeOffset(Math.Clamp(known, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero)
        : null;

    /// <summary>All values of a series in the order of arrival.</summary>
    public long?[] Column(string kind, string name) =>
        _series.Find(kind, name) is >= 0 and var number ? Column(number) : new long?[Count];

    /// <summary>What puts the captures in order, in the order of arrival.</summary>
    public CapturePosition[] Positions()
    {
        long?[] taken = Column(StoredKind.TakenAt, "");
        long?[] ordered = Column(StoredKind.OrderedAt, "");
        long?[] follows = Column(StoredKind.Follows, "");
        long?[] folders = Column(StoredKind.Folder, "");
        var positions = new CapturePosition[Count];
        DateTimeOffset last = DateTimeOffset.MinValue;
        for (int i = 0; i < positions.Length; i++)
        {
            DateTimeOffset? at = follows[i] is null ? Time(ordered[i] ?? taken[i]) : null;
            positions[i] = new CapturePosition(
                at, Time(follows[i]) ?? last, folders[i] is { } folder ? Text(folder) : "", _sources[i]);
            last = at ?? last;
        }

        return positions;
    }

    /// <summary>The history, in the order of time.</summary>
    public HostHistory History()
    {
        // Nearly all are wanted: one way through the file takes a fraction of what a search for each does.
        _chunks.ReadAll(_segments, _series.Count);
        int[] order = CaptureOrder.Of(Positions());
        var time = new SampleTimeLine();
        foreach (SampleFacts facts in Facts(order))
        {
            time.Add(facts);
        }

        ImmutableArray<Sample> samples = time.Samples;
        List<Series> series = [];
        for (int number = 0; number < _series.Count; number++)
        {
            (string kind, string name, long itemSize) = _series[number];
            if (SeriesKindName.Parse(kind) is { } known
                && Column(number) is var column
                && Array.Exists(column, v => v is not null))
            {
                (SourceLine? first, SourceLine? last) = Places(kind, name, order, samples);
                bool hasExtremes = _series.Find(StoredKind.Below + kind, name) >= 0
                    || _series.Find(StoredKind.Above + kind, name) >= 0;
                series.Add(new Series(new SeriesKey(known, name), InOrder(column, order), itemSize)
                {
                    FirstAt = first,
                    LastAt = last,
                    Least = hasExtremes ? Extremes(StoredKind.Below, -1, kind, name, column, order) : [],
                    Greatest = hasExtremes ? Extremes(StoredKind.Above, 1, kind, name, column, order) : [],
                });
            }
        }

        return new HostHistory(samples, series, time.Events);
    }

    /// <summary>
    /// Places of the samples in the order of arrival, which others than captures do not fill without gaps.
    /// </summary>
    public long[] Places()
    {
        long[] places = new long[Count];
        int at = 0;
        foreach (Segment segment in _segments)
        {
            for (int i = 0; i < segment.Samples; i++)
            {
                places[at++] = segment.First + i;
            }
        }

        for (int i = 0; i < _tail.Count; i++)
        {
            places[at++] = _firstOfTail + i;
        }

        return places;
    }

    /// <summary>Marks of the captures of a segment, one after another.</summary>
    public byte[] Marks(Segment segment)
    {
        using Statement marks = _database.Prepare("SELECT marks FROM segment WHERE id = ?1");
        byte[] bytes = marks.Bind(1, segment.Id).Step() ? marks.Bytes(0).ToArray() : [];
        return bytes.Length == segment.Samples * StoredRow.MarkLength ? bytes : [];
    }

    /// <summary>What was lost when the captures were read, in the order of arrival.</summary>
    public ImmutableArray<Diagnostic> Problems()
    {
        Dictionary<long, string> sources = [];
        long[] places = Places();
        int at = 0;
        foreach (Segment segment in _segments)
        {
            for (int i = 0; i < segment.Samples; i++, at++)
            {
                if (segment.Tier == Tier.Captures)
                {
                    sources[places[at]] = _sources[at];
                }
            }
        }

        for (; at < places.Length; at++)
        {
            sources[places[at]] = _sources[at];
        }

        var problems = ImmutableArray.CreateBuilder<Diagnostic>();
        using Statement rows = _database.Prepare(
            $"SELECT id, data FROM problem WHERE id >= {_id << 32} AND id < {(_id + 1) << 32} ORDER BY id");
        while (rows.Step())
        {
            if (sources.TryGetValue(rows.Integer(0) & uint.MaxValue, out string? source))
            {
                problems.AddRange(KeptProblems.Decode(rows.Bytes(1), source, Text));
            }
        }

        return problems.ToImmutable();
    }

    public void Dispose() => _chunks.Dispose();

    private static long?[] InOrder(long?[] column, int[] order)
    {
        bool sorted = true;
        for (int i = 0; i < order.Length && sorted; i++)
        {
            sorted = order[i] == i;
        }

        return sorted ? column : Array.ConvertAll(order, place => column[place]);
    }

    /// <summary>Least or greatest values by the series of their distances from the last.</summary>
    private ImmutableArray<long?> Extremes(string prefix, int sign, string kind, string name, long?[] last, int[] order)
    {
        long?[] distances = Column(prefix + kind, name);
        return [.. order.Select(
            i => last[i] is { } value ? unchecked(value + (sign * (distances[i] ?? 0))) : (long?)null)];
    }

    /// <summary>What places the captures on the time line, in the order given.</summary>
    public IEnumerable<SampleFacts> Facts(int[] order)
    {
        long?[] taken = Column(StoredKind.TakenAt, "");
        long?[] booted = Column(StoredKind.BootedAt, "");
        long?[] uptime = Column(StoredKind.Uptime, "");
        long?[] release = Column(StoredKind.Release, "");
        long?[] rebooted = Column(StoredKind.Rebooted, "");
        long?[] hasModules = Column(StoredKind.HasModules, "");
        List<(string Name, long?[] Values)> requests = Columns(StoredKind.Request);
        List<(string Name, long?[] Values)> modules = Columns(StoredKind.Module);
        List<(string Name, long?[] Values, long?[] Places)> tunables =
            [.. Columns(StoredKind.Tunable).Select(
                c => (c.Name, c.Values, Column(StoredKind.At + StoredKind.Tunable, c.Name)))];
        foreach (int i in order)
        {
            string source = _sources[i];
            yield return new SampleFacts
            {
                Source = source,
                TakenAt = Time(taken[i]),
                BootedAt = Time(booted[i]),
                UptimeSeconds = uptime[i],
                IsRebooted = rebooted[i] is not null,
                Release = release[i] is { } text ? Text(text) : null,
                Requests = Known(requests, i).ToImmutableSortedDictionary(
                    c => c.Name, c => c.Value, StringComparer.Ordinal),
                Modules = hasModules[i] is null ? null : Known(modules, i).ToImmutableSortedDictionary(
                    c => c.Name, c => StoredPlace.Read(c.Value, source, Text), StringComparer.Ordinal),
                Tunables = tunables.Where(c => c.Values[i] is not null).ToImmutableSortedDictionary(
                    c => c.Name,
                    c => new Reading(c.Values[i]!.Value, StoredPlace.Read(c.Places[i] ?? 0, source, Text)),
                    StringComparer.Ordinal),
            };
        }
    }

    private static IEnumerable<(string Name, long Value)> Known(List<(string Name, long?[] Values)> columns, int at) =>
        columns.Where(c => c.Values[at] is not null).Select(c => (c.Name, c.Values[at]!.Value));

    private List<(string Name, long?[] Values)> Columns(string kind) =>
        [.. Enumerable.Range(0, _series.Count).Where(n => _series[n].Kind == kind).Select(
            n => (_series[n].Name, Column(n)))];

    /// <summary>Where the first value of the last boot, and the last value, stand.</summary>
    private (SourceLine? First, SourceLine? Last) Places(
        string kind, string name, int[] order, ImmutableArray<Sample> samples)
    {
        if (_series.Find(StoredKind.At + kind, name) is not (>= 0 and var number))
        {
            return (null, null);
        }

        long?[] places = Column(number);
        int last = order.Length - 1;
        while (last >= 0 && places[order[last]] is null)
        {
            last--;
        }

        if (last < 0)
        {
            return (null, null);
        }

        int first = last;
        for (int i = last - 1; i >= 0 && samples[i].Boot == samples[last].Boot; i--)
        {
            first = places[order[i]] is not null ? i : first;
        }

        return (Place(first), Place(last));

        SourceLine Place(int sample) => StoredPlace.Read(places[order[sample]]!.Value, _sources[order[sample]], Text);
    }

    /// <summary>All values of a series in the order of arrival.</summary>
    public long?[] Column(int number)
    {
        long?[] values = new long?[Count];
        int at = 0;
        foreach (Segment segment in _segments)
        {
            _chunks.Decode(segment, number, values.AsSpan(at, segment.Samples));
            at += segment.Samples;
        }

        foreach (StoredRow row in _tail)
        {
            values[at++] = row[number];
        }

        return values;
    }

    private string Text(long id)
    {
        if (!_texts.TryGetValue(id, out string? value))
        {
            using Statement text = _database.Prepare("SELECT value FROM text WHERE id = ?1");
            _texts[id] = value = text.Bind(1, id).Step() ? text.Text(0) : "";
        }

        return value;
    }

    private void ReadSegments()
    {
        using Statement segments = _database.Prepare(
            $"SELECT id, first, samples, sources, tier FROM segment WHERE host = {_id} ORDER BY first, id");
        while (segments.Step())
        {
            long samples = segments.Integer(2);
            if (samples is < 1 or > SeriesCodec.MostSamples || segments.Integer(4) is < 0 or > (long)Tier.Days)
            {
                throw StoreException.Damaged();
            }

            _segments.Add(
                new Segment(segments.Integer(0), segments.Integer(1), (int)samples, (Tier)segments.Integer(4)));
            _sources.AddRange(SourceNames.Decode(segments.Bytes(3), (int)samples));
        }
    }

}
