using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Libxo;

/// <summary>
/// Receives what a libxo document says, JSON and XML alike, and hands it to the table whose container it stands in.
/// One document may hold several (<c>vmstat --libxo json -m -z</c>).
/// </summary>
internal sealed class LibxoReading
{
    private readonly LibxoTable[] _tables;

    private LibxoTable? _table;
    private int _depth;
    private int _tableDepth;
    private bool _inRow;
    private long? _version;

    /// <summary>Takes the tables that a document may hold.</summary>
    public LibxoReading(CaptureBuilder capture, SourceFile file, ImmutableArray<LibxoForm> forms) =>
        _tables = [.. forms.Where(form => form.Table is not null).Select(form => form.Table!(capture, file))];

    /// <summary>Rows taken.</summary>
    public int Rows => _tables.Sum(t => t.Rows);

    /// <summary>Rows skipped.</summary>
    public int Skipped => _tables.Sum(t => t.Skipped);

    /// <summary>A container, or an item of a list, begins.</summary>
    public void Open(ReadOnlySpan<byte> name)
    {
        _depth++;
        if (_table is null)
        {
            foreach (LibxoTable table in _tables)
            {
                if (name.SequenceEqual(table.Container))
                {
                    _table = table;
                    _tableDepth = _depth;
                    return;
                }
            }
        }
        else if (_depth == _tableDepth + 1 && name.SequenceEqual(_table.RowName))
        {
            _inRow = true;
            _table.Begin();
        }
    }

    /// <summary>A value, or an item of a list of values.</summary>
    public void Value(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref LineCounter lines, int at)
    {
        if (_table is null)
        {
            if (name.SequenceEqual("__version"u8) && Scan.TryInteger(value, out long version))
            {
                _version = version;
            }
        }
        else if (_inRow ? _depth == _tableDepth + 1 : _depth == _tableDepth && _table.RowName.IsEmpty)
        {
            _table.Value(name, value, ref lines, at);
        }
    }

    /// <summary>What was opened last ends.</summary>
    public void Close()
    {
        if (_table is not null && _depth == _tableDepth)
        {
            _table = null;
        }
        else if (_table is not null && _inRow && _depth == _tableDepth + 1)
        {
            _inRow = false;
            _table.End();
        }

        _depth--;
    }

    /// <summary>The document has ended, or is given up: what was not closed is not used.</summary>
    public void Reset()
    {
        _table = null;
        _depth = 0;
        _inRow = false;
    }

    /// <summary>Offers everything that was read.</summary>
    public void Offer(PartRank rank)
    {
        foreach (LibxoTable table in _tables)
        {
            table.Offer(rank, _version);
        }
    }
}
