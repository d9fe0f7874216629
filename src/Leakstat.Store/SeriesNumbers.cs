using Leakstat.Store.Errors;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>The series of one host by number; new ones get the next.</summary>
internal sealed class SeriesNumbers(long host)
{
    private readonly Dictionary<(string Kind, string Name), int> _numbers = [];
    private readonly List<(string Kind, string Name, long ItemSize)> _series = [];
    private readonly HashSet<int> _resized = [];
    private int _stored;

    /// <summary>How many there are.</summary>
    public int Count => _series.Count;

    /// <summary>Kind, name and item size of a series.</summary>
    public (string Kind, string Name, long ItemSize) this[int number] => _series[number];

    /// <summary>Reads them from the file.</summary>
    public static SeriesNumbers Load(Database database, long host)
    {
        var numbers = new SeriesNumbers(host);
        using Statement series = database.Prepare(
            $"SELECT id, kind, name, item_size FROM series WHERE id >= {host << 20} AND id < {(host + 1) << 20} "
                + "ORDER BY id");
        while (series.Step())
        {
            if ((series.Integer(0) & (StoredRow.MostSeries - 1)) != numbers.Count)
            {
                throw StoreException.Damaged();
            }

            (string kind, string name) = (series.Text(1), series.Text(2));
            numbers._numbers[(kind, name)] = numbers.Count;
            numbers._series.Add((kind, name, series.Integer(3)));
        }

        numbers._stored = numbers.Count;
        return numbers;
    }

    /// <summary>Number of a series; −1 where there is none of that name.</summary>
    public int Find(string kind, string name) => _numbers.GetValueOrDefault((kind, name), -1);

    /// <summary>Number of a series, a new one where it is new; −1 where the host has as many as it may.</summary>
    public int Number(string kind, string name)
    {
        if (!_numbers.TryGetValue((kind, name), out int number))
        {
            if (_series.Count >= StoredRow.MostSeries)
            {
                return -1;
            }

            number = _series.Count;
            _numbers[(kind, name)] = number;
            _series.Add((kind, name, 0));
        }

        return number;
    }

    /// <summary>Notes the size of an item as last seen.</summary>
    public void Resize(int number, long size)
    {
        if (_series[number].ItemSize != size)
        {
            _series[number] = _series[number] with { ItemSize = size };
            _resized.Add(number);
        }
    }

    /// <summary>Writes what is new, within a transaction.</summary>
    public void Write(Database database)
    {
        using Statement insert = database.Prepare(
            "INSERT INTO series (id, kind, name, item_size) VALUES (?1, ?2, ?3, ?4)");
        for (int number = _stored; number < _series.Count; number++)
        {
            (string kind, string name, long size) = _series[number];
            insert.Bind(1, Id(number)).Bind(2, kind).Bind(3, name).Bind(4, size).Run();
        }

        using Statement update = database.Prepare("UPDATE series SET item_size = ?1 WHERE id = ?2");
        foreach (int number in _resized.Where(n => n < _stored))
        {
            update.Bind(1, _series[number].ItemSize).Bind(2, Id(number)).Run();
        }
    }

    /// <summary>Notes that all is written.</summary>
    public void Written()
    {
        _stored = _series.Count;
        _resized.Clear();
    }

    private long Id(int number) => (host << 20) | (long)number;
}
