using System.Numerics;
using System.Runtime.InteropServices;

namespace Leakstat.Detection;

/// <summary>
/// Columns that a series is cleared of before its trend is judged, kept orthonormal: the constant, the day, the week,
/// counters. Whatever is added last is judged given all the rest.
/// </summary>
internal sealed class Basis
{
    // What is left of a column below this share of it is rounding.
    private const double Dependent = 1e-9;

    private readonly List<double[]> _columns = [];
    private int _rows;
    private Basis? _differences;
    private int _differencesOf = -1;

    /// <summary>Columns in use.</summary>
    public int Count { get; private set; }

    /// <summary>Starts over with the constant for this many rows.</summary>
    public void Reset(int rows)
    {
        _rows = rows;
        _differencesOf = -1;
        Count = 0;
        Span<double> column = Next();
        column.Fill(1 / Math.Sqrt(rows));
        Count = 1;
    }

    /// <summary>Drops all columns after the first so many.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    /// <summary>Takes columns back that were dropped and not overwritten.</summary>
    public void Restore(int count) => Count = count;

    /// <summary>Adds a column; false where the columns before say the same.</summary>
    public bool Add(ReadOnlySpan<double> values)
    {
        Span<double> column = Next();
        values[.._rows].CopyTo(column);
        double before = Dot(column, column);
        Clear(column);
        Clear(column);
        double after = Dot(column, column);
        if (!(after > Dependent * before))
        {
            return false;
        }

        double scale = 1 / Math.Sqrt(after);
        foreach (ref double value in column)
        {
            value *= scale;
        }

        Count++;
        _differencesOf = -1;
        return true;
    }

    /// <summary>
    /// The differences of the columns from row to row, as a basis of one row less; the constant has none.
    /// </summary>
    public Basis Differences()
    {
        if (_differencesOf == Count)
        {
            return _differences!;
        }

        _differences ??= new Basis();
        _differences._rows = _rows - 1;
        _differences.Count = 0;
        double[] difference = new double[_rows];
        for (int i = 1; i < Count; i++)
        {
            for (int row = 1; row < _rows; row++)
            {
                difference[row - 1] = _columns[i][row] - _columns[i][row - 1];
            }

            _differences.Add(difference);
        }

        _differencesOf = Count;
        return _differences;
    }

    /// <summary>Removes from the values all that the columns can say of them.</summary>
    public void Clear(Span<double> values)
    {
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<double> column = _columns[i].AsSpan(0, _rows);
            AddScaled(values, column, -Dot(values, column));
        }
    }

    /// <summary>Sum of products.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ReadOnlySpan<Vector<double>> left = MemoryMarshal.Cast<double, Vector<double>>(a);
        ReadOnlySpan<Vector<double>> right = MemoryMarshal.Cast<double, Vector<double>>(b[..a.Length]);
        Vector<double> sums = Vector<double>.Zero;
        for (int i = 0; i < left.Length && i < right.Length; i++)
        {
            sums += left[i] * right[i];
        }

        double sum = Vector.Sum(sums);
        for (int i = left.Length * Vector<double>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>Adds a multiple of <paramref name="column"/> to <paramref name="values"/>.</summary>
    public static void AddScaled(Span<double> values, ReadOnlySpan<double> column, double factor)
    {
        Span<Vector<double>> sums = MemoryMarshal.Cast<double, Vector<double>>(values);
        ReadOnlySpan<Vector<double>> columns = MemoryMarshal.Cast<double, Vector<double>>(column[..values.Length]);
        for (int i = 0; i < sums.Length && i < columns.Length; i++)
        {
            sums[i] += columns[i] * factor;
        }

        for (int i = sums.Length * Vector<double>.Count; i < values.Length; i++)
        {
            values[i] += factor * column[i];
        }
    }

    private Span<double> Next()
    {
        if (_columns.Count == Count)
        {
            _columns.Add(new double[Math.Max(_rows, 64)]);
        }
        else if (_columns[Count].Length < _rows)
        {
            _columns[Count] = new double[_rows];
        }

        return _columns[Count].AsSpan(0, _rows);
    }
}
