using System.Collections.Immutable;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Store.Packing;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>The captures of one host as they lie in the file: series by series, in the order of arrival.</summary>
internal sealed class HostRows : IDisposable
{
    private readonly Database _database;
    private readonly long _id;
    private readonly List<Segment> _segments = [];
    private readonly List<StoredRow> _tail = [];
    private readonly List<string> _sources = [];
    private readonly List<(int Number, string Kind, string Name, long ItemSize)> _series = [];
    private readonly Dictionary<(string Kind, string Name), int> _numbers = [];
    private readonly Dictionary<long, string> _texts = [];
    private Statement? _chunk;

    public HostRows(Database database, long id)
    {
        _database = database;
        _id = id;
        ReadSeries();
        ReadSegments();
        ReadTail();
    }

    /// <summary>Number of captures.</summary>
    public int Count => _sources.Count;

    /// <summary>Number of series, without those that only place captures.</summary>
    public int MeasuredSeries => _series.Count(s => StoredKind.Parse(s.Kind) is not null);

    /// <summary>A time from its ticks.</summary>
    public static DateTimeOffset? Time(long? ticks) => ticks is { } known
        ? new DateTimeOffset(Math.Clamp(known, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero)
        : null;

    /// <summary>All values of a series in the order of arrival.</summary>
    public long?[] Column(string kind, string name) =>
        _numbers.TryGetValue((kind, name), out int number) ? Column(number) : new long?[Count];

    /// <summary>The history, in the order of time.</summary>
    public HostHistory History()
    {
        int[] order = Order();
        var time = new TimeLine();
        foreach (SampleFacts facts in Facts(order))
        {
            time.Add(facts);
        }

        ImmutableArray<Sample> samples = time.Samples;
        List<Series> series = [];
        foreach ((int number, string kind, string name, long itemSize) in _series)
        {
            if (StoredKind.Parse(kind) is { } known && Column(number) is var column && Array.Exists(column, v => v is not null))
            {
                (SourceLine? first, SourceLine? last) = Places(kind, name, order, samples);
                series.Add(new Series(new SeriesKey(known, name), InOrder(column, order), itemSize) { FirstAt = first, LastAt = last });
            }
        }

        return new HostHistory(samples, series, time.Events);
    }

    public void Dispose() => _chunk?.Dispose();

    private static long?[] InOrder(long?[] column, int[] order)
    {
        bool sorted = true;
        for (int i = 0; i < order.Length && sorted; i++)
        {
            sorted = order[i] == i;
        }

        return sorted ? column : Array.ConvertAll(order, place => column[place]);
    }

    /// <summary>Places by time; a capture without one stays behind the one it came after.</summary>
    private int[] Order()
    {
        long?[] taken = Column(StoredKind.TakenAt, "");
        long last = long.MinValue;
        long[] times = new long[taken.Length];
        int[] order = new int[taken.Length];
        for (int i = 0; i < taken.Length; i++)
        {
            times[i] = last = taken[i] ?? last;
            order[i] = i;
        }

        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        return order;
    }

    private IEnumerable<SampleFacts> Facts(int[] order)
    {
        long?[] taken = Column(StoredKind.TakenAt, "");
        long?[] booted = Column(StoredKind.BootedAt, "");
        long?[] uptime = Column(StoredKind.Uptime, "");
        long?[] release = Column(StoredKind.Release, "");
        long?[] hasModules = Column(StoredKind.HasModules, "");
        List<(string Name, long?[] Values)> requests = Columns(StoredKind.Request);
        List<(string Name, long?[] Values)> modules = Columns(StoredKind.Module);
        List<(string Name, long?[] Values, long?[] Places)> tunables =
            [.. Columns(StoredKind.Tunable).Select(c => (c.Name, c.Values, Column(StoredKind.At + StoredKind.Tunable, c.Name)))];
        foreach (int i in order)
        {
            string source = _sources[i];
            yield return new SampleFacts
            {
                Source = source,
                TakenAt = Time(taken[i]),
                BootedAt = Time(booted[i]),
                UptimeSeconds = uptime[i],
                Release = release[i] is { } text ? Text(text) : null,
                Requests = Known(requests, i).ToImmutableSortedDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal),
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
        [.. _series.Where(s => s.Kind == kind).Select(s => (s.Name, Column(s.Number)))];

    /// <summary>Where the first value of the last boot, and the last value, stand.</summary>
    private (SourceLine? First, SourceLine? Last) Places(string kind, string name, int[] order, ImmutableArray<Sample> samples)
    {
        if (!_numbers.TryGetValue((StoredKind.At + kind, name), out int number))
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

    private long?[] Column(int number)
    {
        long?[] values = new long?[Count];
        int at = 0;
        Statement chunk = _chunk ??= _database.Prepare("SELECT data FROM chunk WHERE id = ?");
        foreach (Segment segment in _segments)
        {
            if (chunk.Bind(1, segment.Chunk(number)).Step())
            {
                SeriesCodec.Decode(chunk.Bytes(0), segment.Samples).CopyTo(values.AsSpan(at));
                chunk.Reset();
            }

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
            using Statement text = _database.Prepare("SELECT value FROM text WHERE id = ?");
            _texts[id] = value = text.Bind(1, id).Step() ? text.Text(0) : "";
        }

        return value;
    }

    private void ReadSeries()
    {
        using Statement series = _database.Prepare(
            $"SELECT id, kind, name, item_size FROM series WHERE id >= {_id << 20} AND id < {(_id + 1) << 20} ORDER BY id");
        while (series.Step())
        {
            int number = (int)(series.Integer(0) & (StoredRow.MostSeries - 1));
            _series.Add((number, series.Text(1), series.Text(2), series.Integer(3)));
            _numbers[(series.Text(1), series.Text(2))] = number;
        }
    }

    private void ReadSegments()
    {
        using Statement segments = _database.Prepare(
            $"SELECT id, first, samples, sources FROM segment WHERE host = {_id} AND tier = 0 ORDER BY first");
        while (segments.Step())
        {
            long samples = segments.Integer(2);
            if (samples is < 1 or > SeriesCodec.MostSamples)
            {
                throw new StoreException("a part of the stored history is damaged");
            }

            _segments.Add(new Segment(segments.Integer(0), segments.Integer(1), (int)samples));
            _sources.AddRange(SourceNames.Decode(segments.Bytes(3), (int)samples));
        }
    }

    private void ReadTail()
    {
        using Statement tail = _database.Prepare(
            $"SELECT data FROM tail WHERE id >= {_id << 32} AND id < {(_id + 1) << 32} ORDER BY id");
        while (tail.Step())
        {
            StoredRow row = StoredRow.Decode(tail.Bytes(0), _tail.Count == 0 ? null : _tail[^1]);
            _tail.Add(row);
            _sources.Add(row.Source);
        }
    }
}
