using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Libxo;

/// <summary>Takes what one container of a libxo document holds and makes a part of a capture of it.</summary>
internal abstract class LibxoTable(CaptureBuilder capture, SourceFile file)
{
    /// <summary>Rows or values taken.</summary>
    public int Rows { get; protected set; }

    /// <summary>Rows that were skipped.</summary>
    public int Skipped { get; protected set; }

    /// <summary>Name of the container.</summary>
    public abstract ReadOnlySpan<byte> Container { get; }

    /// <summary>Name of one row; empty where the container holds the values itself.</summary>
    public virtual ReadOnlySpan<byte> RowName => default;

    /// <summary>The capture that is read.</summary>
    protected CaptureBuilder Capture => capture;

    /// <summary>The file.</summary>
    protected SourceFile File => file;

    /// <summary>A row begins.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>A value of the row, or of the container.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value.</param>
    /// <param name="lines">Tells lines.</param>
    /// <param name="at">Where the value stands.</param>
    public abstract void Value(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref LineCounter lines, int at);

    /// <summary>The row is complete.</summary>
    public virtual void End()
    {
    }

    /// <summary>Offers what was read.</summary>
    /// <param name="rank">Rank of the document's form.</param>
    /// <param name="version">The document's version; null where it says none.</param>
    public abstract void Offer(PartRank rank, long? version);

    /// <summary>A value as a whole number; bare or quoted.</summary>
    protected static bool TryNumber(ReadOnlySpan<byte> value, out long number) =>
        Scan.TryInteger(Scan.Trim(value), out number);
}

/// <summary>A table of rows: collects one, and keeps it when it is complete and its numbers are numbers.</summary>
internal abstract class LibxoRows(CaptureBuilder capture, SourceFile file, string rows) : LibxoTable(capture, file)
{
    private int _line;
    private bool _bad;
    private bool _underflow;

    /// <summary>Line of the row's first value.</summary>
    protected int Line => _line;

    /// <inheritdoc/>
    public sealed override void Begin()
    {
        _line = 0;
        _bad = false;
        _underflow = false;
        Clear();
    }

    /// <inheritdoc/>
    public sealed override void Value(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref LineCounter lines, int at)
    {
        if (_line == 0)
        {
            _line = lines.At(at);
        }

        Take(name, value);
    }

    /// <inheritdoc/>
    public sealed override void End()
    {
        var at = new SourceLine(File, _line);
        if (Rows >= Capture.Limits.Rows)
        {
            if (Skipped++ == 0)
            {
                Capture.TooMany(rows, at);
            }
        }
        else if (_bad || !TryAdd())
        {
            Skipped++;
            Capture.Report(
                DiagnosticId.BadNumber, $"one of the {rows} lacks a value or has one that is no number; skipped", at);
        }
        else
        {
            Rows++;
            if (_underflow)
            {
                Capture.Underflow(at);
            }
        }
    }

    /// <summary>Forgets the row before.</summary>
    protected abstract void Clear();

    /// <summary>Takes a value of the row.</summary>
    protected abstract void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>Keeps the row; false where something is missing.</summary>
    protected abstract bool TryAdd();

    /// <summary>The number of a value; the row is skipped where it is none.</summary>
    protected long Number(ReadOnlySpan<byte> value)
    {
        if (!TryNumber(value, out long number))
        {
            _bad = true;
        }

        _underflow |= number < 0;
        return number;
    }
}

/// <summary>A container that holds numbers by name.</summary>
internal abstract class LibxoValues(CaptureBuilder capture, SourceFile file) : LibxoTable(capture, file)
{
    private readonly Dictionary<string, Reading> _values = [];

    /// <summary>The numbers read.</summary>
    protected IReadOnlyDictionary<string, Reading> Values => _values;

    /// <inheritdoc/>
    public sealed override void Value(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref LineCounter lines, int at)
    {
        if (!IsWanted(name) || _values.Count >= Capture.Limits.Rows)
        {
            return;
        }

        var place = new SourceLine(File, lines.At(at));
        if (!TryNumber(value, out long number))
        {
            Skipped++;
            Capture.Report(DiagnosticId.BadNumber, "a value is no number; skipped", place);
            return;
        }

        if (_values.TryAdd(Capture.Names.Get(name), new Reading(number, place)))
        {
            Rows++;
            if (number < 0)
            {
                Capture.Underflow(place);
            }
        }
    }

    /// <summary>Whether a value is of use.</summary>
    protected virtual bool IsWanted(ReadOnlySpan<byte> name) => true;

    /// <summary>A value by name; null where it is missing.</summary>
    protected Reading? Find(string name) => _values.TryGetValue(name, out Reading reading) ? reading : null;
}
