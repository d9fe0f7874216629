using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Leakstat.Accounting;
using Leakstat.Captures.Sources;
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
    private DateTimeOffset _time = DateTimeOffset.MinValue;
    private CapturePosition? _last;
    private Capture? _latest;
    private Capture? _seen;
    private bool _isUnsettled;
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
        (_firstOpen, _saved, _clearTail, _latest, _seen, _last) = (0, 0, false, null, null, null);
        (_pruned, _time) = (long.MinValue, DateTimeOffset.MinValue);
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
            (IReadOnlyList<StoredRow> Rows, long First) tail = LoadTail(database);
            using var rows = new HostRows(database, Id, Series, tail);
            CapturePosition[] positions = rows.Positions();
            if (positions is [.., var arrived])
            {
                _time = arrived.At ?? arrived.Follows;
                _last = positions[CaptureOrder.Of(positions)[^1]];
            }
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
    internal bool HasChanges => _saved < _open.Count || _sealed.Count > 0 || (_isUnsettled && _seen is not null);

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

        CapturePosition position = capture.Position ?? new(capture.TakenAt, _time, "", capture.Source);
        byte[] mark = MarkOf(capture);
        _seen = capture;
        if (!_marks.Add(Key(mark)))
        {
            return false;
        }

        if (KeptProblems.Encode(capture, _store.Text) is { } problems)
        {
            _problems.Add((_firstOpen + _open.Count, problems));
        }

        _open.Add(new StoredRow(capture.Source, mark, _row.Of(capture, ledger)));
        _time = position.At ?? position.Follows;
        if (_last is not { } last || CaptureOrder.IsBehind(position, last))
        {
            (_latest, _last) = (capture, position);
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

        SettleLatest(database);
        WriteLatest(database);
    }

    /// <summary>Notes that it is stored.</summary>
    internal void Written()
    {
        _isStored = true;
        Series.Written();
        _sealed.Clear();
        _problems.Clear();
        (_latest, _seen) = (null, null);
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

    /// <summary>
    /// A capture without a time has its place by those around it, which may come after it, and move it: which capture
    /// is the latest is then told by all of them. It is one of those at hand, or kept already.
    /// </summary>
    private void SettleLatest(Database database)
    {
        if (Series.Find(StoredKind.Follows, "") < 0)
        {
            return;
        }

        using var rows = new HostRows(database, Id);
        CapturePosition[] positions = rows.Positions();
        CapturePosition last = positions[CaptureOrder.Of(positions)[^1]];
        _latest = last.Source == _seen?.Source ? _seen : last.Source == _latest?.Source ? _latest : null;
        _isUnsettled = _latest is null;
        _last = last;
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
            latest.Bind(1, Id).Bind(2, (_latest.TakenAt ?? _time).UtcTicks).Bind(3, data).Run();
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

    private (IReadOnlyList<StoredRow> Rows, long First) LoadTail(Database database)
    {
        (IReadOnlyList<StoredRow> Rows, long First) tail = TailRows.Read(database, Id);
        _firstOpen = tail.Rows.Count > 0 ? tail.First : _firstOpen;
        _open.AddRange(tail.Rows);
        _marks.UnionWith(tail.Rows.Select(row => Key(row.Mark)));
        _saved = _open.Count;
        return tail;
    }
}
