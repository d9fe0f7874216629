using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>Adds the captures of one host to a store.</summary>
public sealed class HostWriter
{
    private readonly StoreWriter _store;
    private readonly HashSet<UInt128> _marks = [];
    private readonly List<StoredRow> _open = [];
    private readonly List<SealedSegment> _sealed = [];
    private readonly List<(long Place, byte[] Data)> _problems = [];
    private long _firstOpen;
    private int _saved;
    private bool _clearTail;
    private bool _isStored;
    private long _pruned = long.MinValue;
    private long _time = long.MinValue;
    private long _latestTime = long.MinValue;
    private Capture? _latest;
    private CaptureRow _row;

    internal HostWriter(StoreWriter store, string name)
    {
        _store = store;
        Name = name;
        Load();
    }

    /// <summary>Reads the state of the host in the file; nothing may wait to be committed.</summary>
    [MemberNotNull(nameof(Series), nameof(_row))]
    internal void Load()
    {
        _marks.Clear();
        _open.Clear();
        _sealed.Clear();
        _problems.Clear();
        (_firstOpen, _saved, _clearTail, _latest) = (0, 0, false, null);
        _pruned = _time = _latestTime = long.MinValue;
        Database database = _store.Database;
        using (Statement find = database.Prepare("SELECT id, next, pruned, marks FROM host WHERE name = ?1"))
        {
            _isStored = find.Bind(1, Name).Step();
            if (_isStored)
            {
                Id = find.Integer(0);
                _firstOpen = find.Integer(1);
                _pruned = find.IsNull(2) ? long.MinValue : find.Integer(2);
                AddMarks(find.Bytes(3));
                find.Reset();
            }
        }

        if (_isStored)
        {
            Series = SeriesNumbers.Load(database, Id);
            LoadMarks(database);
            LoadTail(database);
            int taken = Series.Find(StoredKind.TakenAt, "");
            _latestTime = _time = Math.Max(
                database.Number($"SELECT max(latest) FROM segment WHERE host = {Id}", long.MinValue),
                _open.Select(row => taken < 0 ? null : row[taken]).Max() ?? long.MinValue);
        }
        else
        {
            Id = database.Number("SELECT coalesce(max(id), 0) + 1 FROM host");
            Series = new SeriesNumbers(Id);
        }

        _row = new CaptureRow(Series, _store.Text);
    }

    /// <summary>The host's name.</summary>
    public string Name { get; }

    /// <summary>Captures that were not taken in because what was pruned is later than they are.</summary>
    public int TooOld { get; private set; }

    /// <summary>Number of the host in the file.</summary>
    internal long Id { get; private set; }

    /// <summary>Its series.</summary>
    internal SeriesNumbers Series { get; private set; }

    /// <summary>Whether there is anything to commit.</summary>
    internal bool HasChanges => _saved < _open.Count || _sealed.Count > 0;

    /// <summary>Captures that wait to be committed.</summary>
    internal int Waiting => _open.Count - _saved + _sealed.Sum(s => s.Samples);

    /// <summary>Adds a capture; false where the store has it already, or has pruned what is as old.</summary>
    public bool Add(Capture capture, Ledger ledger)
    {
        _store.BeginStep();
        if (capture.TakenAt?.UtcTicks < _pruned)
        {
            TooOld++;
            return false;
        }

        byte[] mark = MarkOf(capture);
        if (!_marks.Add(Key(mark)))
        {
            return false;
        }

        if (KeptProblems.Encode(capture, _store.Text) is { } problems)
        {
            _problems.Add((_firstOpen + _open.Count, problems));
        }

        _open.Add(new StoredRow(capture.Source, mark, _row.Of(capture, ledger)));
        _time = capture.TakenAt?.UtcTicks ?? _time;
        if (_time >= _latestTime)
        {
            (_latest, _latestTime) = (capture, _time);
        }

        if (_open.Count >= Segment.Full)
        {
            Seal();
        }

        return true;
    }

    /// <summary>Whether captures that no segment holds are older than a time.</summary>
    internal bool HasOpenBefore(long ticks)
    {
        int taken = Series.Find(StoredKind.TakenAt, "");
        return taken >= 0 && _open.Exists(row => row[taken] < ticks);
    }

    /// <summary>Packs what has gathered where that is worth it.</summary>
    /// <param name="least">Captures from which on it is.</param>
    internal void Pack(int least)
    {
        if (_open.Count >= least)
        {
            Seal();
        }
    }

    /// <summary>Writes everything that waits, within a transaction.</summary>
    internal void Write()
    {
        Database database = _store.Database;
        using (Statement host = database.Prepare(
            _isStored
                ? "UPDATE host SET name = ?2, next = ?3 WHERE id = ?1"
                : "INSERT INTO host (id, name, next) VALUES (?1, ?2, ?3)"))
        {
            host.Bind(1, Id).Bind(2, Name).Bind(3, _firstOpen).Run();
        }

        Series.Write(database);
        if (_clearTail)
        {
            database.Run($"DELETE FROM tail WHERE id >= {Id << 32} AND id < {(Id + 1) << 32}");
        }

        foreach (SealedSegment segment in _sealed)
        {
            segment.Write(database, Id);
        }

        using Statement tail = database.Prepare("INSERT INTO tail (id, data) VALUES (?1, ?2)");
        for (int i = _saved; i < _open.Count; i++)
        {
            tail.Bind(1, (Id << 32) | (_firstOpen + i)).Bind(2, _open[i].Encode(i == 0 ? null : _open[i - 1])).Run();
        }

        using Statement problem = database.Prepare("INSERT OR REPLACE INTO problem (id, data) VALUES (?1, ?2)");
        foreach ((long place, byte[] data) in _problems)
        {
            problem.Bind(1, (Id << 32) | place).Bind(2, data).Run();
        }

        WriteLatest(database);
    }

    /// <summary>Notes that it is stored.</summary>
    internal void Written()
    {
        _isStored = true;
        Series.Written();
        _sealed.Clear();
        _problems.Clear();
        _latest = null;
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
        _sealed.Add(SealedSegment.Of(_firstOpen, _open, Series));
        _firstOpen += _open.Count;
        _open.Clear();
        _saved = 0;
    }

    private void WriteLatest(Database database)
    {
        if (_latest is null)
        {
            return;
        }

        // One that cannot be kept must not leave an older one to pass for it.
        if (KeptCapture.Encode(_latest) is { } data)
        {
            using Statement latest = database.Prepare(
                "INSERT OR REPLACE INTO latest (host, taken, data) VALUES (?1, ?2, ?3)");
            latest.Bind(1, Id).Bind(2, _latestTime).Bind(3, data).Run();
        }
        else
        {
            database.Run($"DELETE FROM latest WHERE host = {Id}");
        }
    }

    private void AddMarks(ReadOnlySpan<byte> marks)
    {
        for (int at = 0; at + StoredRow.MarkLength <= marks.Length; at += StoredRow.MarkLength)
        {
            _marks.Add(Key(marks.Slice(at, StoredRow.MarkLength)));
        }
    }

    private void LoadMarks(Database database)
    {
        using Statement segments = database.Prepare(
            $"SELECT first + samples, marks FROM segment WHERE host = {Id} ORDER BY first");
        while (segments.Step())
        {
            _firstOpen = Math.Max(_firstOpen, segments.Integer(0));
            AddMarks(segments.Bytes(1));
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
}
