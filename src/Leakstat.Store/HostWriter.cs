using System.Security.Cryptography;
using System.Text;
using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>Adds the captures of one host to a store.</summary>
public sealed class HostWriter
{
    private readonly StoreWriter _store;
    private readonly Dictionary<(string Kind, string Name), int> _series = [];
    private readonly List<long> _itemSizes = [];
    private readonly List<(int Number, string Kind, string Name)> _newSeries = [];
    private readonly HashSet<int> _resized = [];
    private readonly HashSet<UInt128> _marks = [];
    private readonly List<StoredRow> _open = [];
    private readonly List<SealedSegment> _sealed = [];
    private readonly string[] _placeKinds = new string[Enum.GetValues<SeriesKind>().Length];
    private readonly string[] _kinds = new string[Enum.GetValues<SeriesKind>().Length];
    private readonly Dictionary<SeriesKey, (int Value, int Place)> _numbers = [];
    private readonly bool _isNew;
    private long _firstOpen;
    private int _saved;
    private bool _clearTail;
    private bool _isStored;

    internal HostWriter(StoreWriter store, string name)
    {
        _store = store;
        Name = name;
        foreach (SeriesKind kind in Enum.GetValues<SeriesKind>())
        {
            _kinds[(int)kind] = StoredKind.Of(kind);
            _placeKinds[(int)kind] = StoredKind.At + StoredKind.Of(kind);
        }

        Database database = store.Database;
        using (Statement find = database.Prepare("SELECT id FROM host WHERE name = ?"))
        {
            _isNew = !find.Bind(1, name).Step();
            Id = _isNew ? database.Number("SELECT coalesce(max(id), 0) + 1 FROM host") : find.Integer(0);
            find.Reset();
        }

        _isStored = !_isNew;
        if (!_isNew)
        {
            LoadSeries(database);
            LoadMarks(database);
            LoadTail(database);
        }
    }

    /// <summary>The host's name.</summary>
    public string Name { get; }

    /// <summary>Number of the host in the file.</summary>
    internal long Id { get; }

    /// <summary>Whether there is anything to commit.</summary>
    internal bool HasChanges => _saved < _open.Count || _sealed.Count > 0;

    /// <summary>Adds a capture; false where the store has it already.</summary>
    public bool Add(Capture capture, Ledger ledger)
    {
        byte[] mark = MarkOf(capture);
        if (!_marks.Add(Key(mark)))
        {
            return false;
        }

        long?[] values = new long?[Math.Max(_series.Count + 64, 256)];
        AddFacts(SampleFacts.Of(capture), ref values);
        foreach (SampleNumber number in SampleNumber.Of(capture, ledger))
        {
            AddNumber(number, capture.Source, ref values);
        }

        if (_open.Count == 0)
        {
            _saved = 0;
        }

        _open.Add(new StoredRow(capture.Source, mark, values[..Math.Min(values.Length, _series.Count)]));
        if (_open.Count >= Segment.Full)
        {
            Seal();
        }

        return true;
    }

    /// <summary>Packs what has gathered where that is worth it.</summary>
    internal void Pack()
    {
        if (_open.Count >= Segment.Worthwhile)
        {
            Seal();
        }
    }

    /// <summary>Writes everything that waits, within a transaction.</summary>
    internal void Write()
    {
        Database database = _store.Database;
        if (!_isStored)
        {
            using Statement insert = database.Prepare("INSERT INTO host (id, name) VALUES (?, ?)");
            insert.Bind(1, Id).Bind(2, Name).Run();
        }

        WriteSeries(database);
        if (_clearTail)
        {
            database.Run($"DELETE FROM tail WHERE id >= {Id << 32} AND id < {(Id + 1) << 32}");
        }

        foreach (SealedSegment segment in _sealed)
        {
            WriteSegment(database, segment);
        }

        using Statement tail = database.Prepare("INSERT INTO tail (id, data) VALUES (?, ?)");
        for (int i = _saved; i < _open.Count; i++)
        {
            tail.Bind(1, (Id << 32) | (_firstOpen + i)).Bind(2, _open[i].Encode(i == 0 ? null : _open[i - 1])).Run();
        }
    }

    /// <summary>Notes that it is stored.</summary>
    internal void Written()
    {
        _isStored = true;
        _newSeries.Clear();
        _resized.Clear();
        _sealed.Clear();
        _clearTail = false;
        _saved = _open.Count;
    }

    private static byte[] MarkOf(Capture capture)
    {
        string text = $"{capture.ContentMark ?? capture.Source}\n{capture.TakenAt?.UtcTicks}";
        return SHA256.HashData(Encoding.UTF8.GetBytes(text))[..StoredRow.MarkLength];
    }

    private static UInt128 Key(ReadOnlySpan<byte> mark)
    {
        UInt128 key = 0;
        foreach (byte one in mark)
        {
            key = (key << 8) | one;
        }

        return key;
    }

    private void Seal()
    {
        _clearTail |= _saved > 0;
        int time = _series.GetValueOrDefault((StoredKind.TakenAt, ""), -1);
        _sealed.Add(SealedSegment.Of(_firstOpen, _open, _series.Count, time));
        _firstOpen += _open.Count;
        _open.Clear();
        _saved = 0;
    }

    private void AddFacts(SampleFacts facts, ref long?[] values)
    {
        Set(ref values, Number(StoredKind.TakenAt, ""), facts.TakenAt?.UtcTicks);
        Set(ref values, Number(StoredKind.BootedAt, ""), facts.BootedAt?.UtcTicks);
        Set(ref values, Number(StoredKind.Uptime, ""), facts.UptimeSeconds);
        Set(ref values, Number(StoredKind.Release, ""), facts.Release is { } release ? _store.Text(release) : null);
        Set(ref values, Number(StoredKind.HasModules, ""), facts.Modules is null ? null : 1);
        foreach ((string name, long value) in facts.Requests)
        {
            Set(ref values, Number(StoredKind.Request, name), value);
        }

        if (facts.Modules is { } modules)
        {
            foreach ((string name, SourceLine at) in modules)
            {
                Set(ref values, Number(StoredKind.Module, name), Place(at, facts.Source));
            }
        }

        foreach ((string name, Reading value) in facts.Tunables)
        {
            Set(ref values, Number(StoredKind.Tunable, name), value.Value);
            Set(ref values, Number(StoredKind.At + StoredKind.Tunable, name), Place(value.At, facts.Source));
        }
    }

    private void AddNumber(in SampleNumber number, string source, ref long?[] values)
    {
        if (!_numbers.TryGetValue(number.Key, out (int Value, int Place) series))
        {
            int kind = (int)number.Key.Kind;
            series = (
                Number(_kinds[kind], number.Key.Name), number.At is null ? -1 : Number(_placeKinds[kind], number.Key.Name));
            _numbers[number.Key] = series;
        }

        if (series.Value < 0)
        {
            return;
        }

        bool again = series.Value < values.Length && values[series.Value] is not null;
        long value = again ? Arithmetic.Add(values[series.Value]!.Value, number.Value) : number.Value;
        Set(ref values, series.Value, value);
        if (series.Place >= 0 && !again && number.At is { } at)
        {
            Set(ref values, series.Place, Place(at, source));
        }

        if (number.ItemSize is { } size && _itemSizes[series.Value] != size)
        {
            _itemSizes[series.Value] = size;
            _resized.Add(series.Value);
        }
    }

    private static void Set(ref long?[] values, int series, long? value)
    {
        if (series < 0)
        {
            return;
        }

        if (series >= values.Length)
        {
            Array.Resize(ref values, Math.Max(values.Length * 2, series + 1));
        }

        values[series] = value;
    }

    private SourceFile? _lastFile;
    private long _lastText;

    private long Place(SourceLine at, string source)
    {
        // Rows of one table share the file.
        if (!ReferenceEquals(at.File, _lastFile))
        {
            _lastFile = at.File;
            _lastText = _store.Text(StoredPlace.Relative(source, at.File.Path));
        }

        return StoredPlace.Of(_lastText, at.Line);
    }

    /// <summary>Number of a series, a new one where it is new; −1 where the host has more than the bound.</summary>
    private int Number(string kind, string name)
    {
        if (!_series.TryGetValue((kind, name), out int number))
        {
            if (_series.Count >= StoredRow.MostSeries)
            {
                return -1;
            }

            number = _series.Count;
            _series[(kind, name)] = number;
            _itemSizes.Add(0);
            _newSeries.Add((number, kind, name));
        }

        return number;
    }

    private void LoadSeries(Database database)
    {
        using Statement series = database.Prepare(
            $"SELECT id, kind, name, item_size FROM series WHERE id >= {Id << 20} AND id < {(Id + 1) << 20} ORDER BY id");
        while (series.Step())
        {
            _series[(series.Text(1), series.Text(2))] = _itemSizes.Count;
            _itemSizes.Add(series.Integer(3));
        }
    }

    private void LoadMarks(Database database)
    {
        using Statement segments = database.Prepare($"SELECT first + samples, marks FROM segment WHERE host = {Id} ORDER BY first");
        while (segments.Step())
        {
            _firstOpen = Math.Max(_firstOpen, segments.Integer(0));
            ReadOnlySpan<byte> marks = segments.Bytes(1);
            for (int at = 0; at + StoredRow.MarkLength <= marks.Length; at += StoredRow.MarkLength)
            {
                _marks.Add(Key(marks.Slice(at, StoredRow.MarkLength)));
            }
        }
    }

    private void LoadTail(Database database)
    {
        using Statement tail = database.Prepare(
            $"SELECT id, data FROM tail WHERE id >= {Id << 32} AND id < {(Id + 1) << 32} ORDER BY id");
        while (tail.Step())
        {
            if (_open.Count == 0)
            {
                _firstOpen = tail.Integer(0) & uint.MaxValue;
            }

            StoredRow row = StoredRow.Decode(tail.Bytes(1), _open.Count == 0 ? null : _open[^1]);
            _open.Add(row);
            _marks.Add(Key(row.Mark));
        }

        _saved = _open.Count;
    }

    private void WriteSeries(Database database)
    {
        using Statement insert = database.Prepare("INSERT INTO series (id, kind, name, item_size) VALUES (?, ?, ?, ?)");
        foreach ((int number, string kind, string name) in _newSeries)
        {
            insert.Bind(1, (Id << 20) | (long)number).Bind(2, kind).Bind(3, name).Bind(4, _itemSizes[number]).Run();
            _resized.Remove(number);
        }

        using Statement update = database.Prepare("UPDATE series SET item_size = ? WHERE id = ?");
        foreach (int number in _resized)
        {
            update.Bind(1, _itemSizes[number]).Bind(2, (Id << 20) | (long)number).Run();
        }
    }

    private void WriteSegment(Database database, SealedSegment segment)
    {
        long id = database.Number("SELECT coalesce(max(id), 0) + 1 FROM segment");
        using (Statement insert = database.Prepare(
            "INSERT INTO segment (id, host, tier, first, samples, earliest, latest, sources, marks) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)"))
        {
            insert.Bind(1, id).Bind(2, Id).Bind(3, segment.First).Bind(4, segment.Samples)
                .Bind(5, segment.Earliest).Bind(6, segment.Latest).Bind(7, segment.Sources).Bind(8, segment.Marks).Run();
        }

        using Statement chunk = database.Prepare("INSERT INTO chunk (id, data) VALUES (?, ?)");
        var place = new Segment(id, segment.First, segment.Samples);
        foreach ((int series, byte[] data) in segment.Chunks)
        {
            chunk.Bind(1, place.Chunk(series)).Bind(2, data).Run();
        }
    }
}
