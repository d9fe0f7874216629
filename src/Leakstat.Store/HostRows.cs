using System.Collections.Immutable;
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
        return new StoredSeries(this, _series).History();
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

    /// <summary>What places the captures on the time line, in the order given.</summary>
    /// <param name="order">The captures to tell of.</param>
    /// <param name="located">
    /// Whether each says where in it modules and settings stand. Else what is as in the capture before is that of the
    /// capture before, which is all that a time line asks, and a fraction of the work.
    /// </param>
    public IEnumerable<SampleFacts> Facts(int[] order, bool located = true)
    {
        long?[] taken = Column(StoredKind.TakenAt, "");
        long?[] booted = Column(StoredKind.BootedAt, "");
        long?[] uptime = Column(StoredKind.Uptime, "");
        long?[] release = Column(StoredKind.Release, "");
        long?[] rebooted = Column(StoredKind.Rebooted, "");
        long?[] hasModules = Column(StoredKind.HasModules, "");
        List<(string Name, long?[] Values)> requests = Columns(StoredKind.Request);
        List<(string Name, long?[] Values)> modules = Columns(StoredKind.Module);
        List<(string Name, long?[] Values)> tunables = Columns(StoredKind.Tunable);
        List<long?[]> places = [.. tunables.Select(c => Column(StoredKind.At + StoredKind.Tunable, c.Name))];
        SampleFacts? before = null;
        int last = -1;
        foreach (int i in order)
        {
            string source = _sources[i];
            bool mayShare = before is not null && !located;
            before = new SampleFacts
            {
                Source = source,
                TakenAt = Time(taken[i]),
                BootedAt = Time(booted[i]),
                UptimeSeconds = uptime[i],
                IsRebooted = rebooted[i] is not null,
                Release = release[i] is { } text ? Text(text) : null,
                Requests = mayShare && AreSame(requests, last, i)
                    ? before!.Requests
                    : Known(requests, i).ToImmutableSortedDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal),
                Modules = hasModules[i] is null ? null
                    : mayShare && before!.Modules is { } same && AreSame(modules, last, i)
                    ? same
                    : Known(modules, i).ToImmutableSortedDictionary(
                        c => c.Name, c => StoredPlace.Read(c.Value, source, Text), StringComparer.Ordinal),
                Tunables = mayShare && AreSame(tunables, last, i)
                    ? before!.Tunables
                    : Enumerable.Range(0, tunables.Count).Where(c => tunables[c].Values[i] is not null)
                        .ToImmutableSortedDictionary(
                            c => tunables[c].Name,
                            c => new Reading(
                                tunables[c].Values[i]!.Value, StoredPlace.Read(places[c][i] ?? 0, source, Text)),
                            StringComparer.Ordinal),
            };
            last = i;
            yield return before;
        }
    }

    private static bool AreSame(List<(string Name, long?[] Values)> columns, int one, int other)
    {
        foreach ((_, long?[] values) in columns)
        {
            if (values[one] != values[other])
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<(string Name, long Value)> Known(List<(string Name, long?[] Values)> columns, int at) =>
        columns.Where(c => c.Values[at] is not null).Select(c => (c.Name, c.Values[at]!.Value));

    private List<(string Name, long?[] Values)> Columns(string kind) =>
        [.. Enumerable.Range(0, _series.Count).Where(n => _series[n].Kind == kind).Select(
            n => (_series[n].Name, Column(n)))];

    /// <summary>All values of a series in the order of arrival.</summary>
    public long?[] Column(int number)
    {
        long?[] values = new long?[Count];
        Fill(number, values);
        return values;
    }

    /// <summary>All values of a series in the order of arrival, into what holds none yet.</summary>
    /// <param name="number">The series.</param>
    /// <param name="values">Takes them; absent before.</param>
    public void Fill(int number, Span<long?> values)
    {
        int at = 0;
        foreach (Segment segment in _segments)
        {
            _chunks.Decode(segment, number, values.Slice(at, segment.Samples));
            at += segment.Samples;
        }

        foreach (StoredRow row in _tail)
        {
            values[at++] = row[number];
        }
    }

    /// <summary>
    /// The value that every capture has, as most series have one; null where there is none, or none that is told
    /// without unpacking.
    /// </summary>
    /// <param name="number">The series.</param>
    public long? ConstantOf(int number)
    {
        long? value = _segments.Count > 0 ? _chunks.ConstantOf(_segments[0], number)
            : _tail.Count > 0 ? _tail[0][number] : null;
        for (int i = 1; i < _segments.Count && value is not null; i++)
        {
            value = _chunks.ConstantOf(_segments[i], number) == value ? value : null;
        }

        for (int i = 0; i < _tail.Count && value is not null; i++)
        {
            value = _tail[i][number] == value ? value : null;
        }

        return value;
    }

    /// <summary>Where a number stands.</summary>
    /// <param name="place">The place as it is kept.</param>
    /// <param name="sample">The capture, in the order of arrival.</param>
    public SourceLine Place(long place, int sample) => StoredPlace.Read(place, _sources[sample], Text);

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
