using System.Collections.Immutable;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Ps;

/// <summary>The columns of one output of ps(1): where each heading stands and which ones are used.</summary>
internal sealed class PsColumns
{
    private const int MostColumns = 64;

    private readonly ImmutableArray<(int Start, int End)> _places;

    private PsColumns(ImmutableArray<(int Start, int End)> places)
    {
        _places = places;
    }

    /// <summary>Column of the process id.</summary>
    public int Pid { get; private init; } = -1;

    /// <summary>Column of the thread id; −1 for none, as for the others.</summary>
    public int Thread { get; private init; } = -1;

    /// <summary>Column of the wait channel.</summary>
    public int WaitChannel { get; private init; } = -1;

    /// <summary>Column of the resident set.</summary>
    public int Resident { get; private init; } = -1;

    /// <summary>Column of the command.</summary>
    public int Command { get; private init; } = -1;

    /// <summary>Column of the thread's name.</summary>
    public int ThreadName { get; private init; } = -1;

    /// <summary>
    /// Whether this is the header of ps: PID and a name, and nothing that the tables of top(1), fstat(1) and
    /// sockstat(1) have.
    /// </summary>
    public static bool IsHeader(ReadOnlySpan<byte> line)
    {
        bool hasPid = false;
        bool hasName = false;
        ReadOnlySpan<byte> rest = line;
        for (int i = 0; i < MostColumns; i++)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref rest);
            if (word.IsEmpty)
            {
                return hasPid && hasName;
            }

            // Headings are capitals, digits and %: one look at its first letter ends this for most lines.
            if (!IsHeadingLetter(word[0]) || word.SequenceEqual("FD"u8) || word.SequenceEqual("USERNAME"u8))
            {
                return false;
            }

            hasPid |= word.SequenceEqual("PID"u8);
            hasName |= IsCommand(word) || word.SequenceEqual("TDNAME"u8);
        }

        return false;
    }

    /// <summary>Reads a header.</summary>
    public static PsColumns Read(ReadOnlySpan<byte> header)
    {
        ImmutableArray<(int Start, int End)>.Builder places = ImmutableArray.CreateBuilder<(int Start, int End)>();
        int pid = -1;
        int thread = -1;
        int wait = -1;
        int resident = -1;
        int command = -1;
        int threadName = -1;
        ReadOnlySpan<byte> rest = header;
        for (int i = 0; i < MostColumns; i++)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref rest);
            if (word.IsEmpty)
            {
                break;
            }

            int end = header.Length - rest.Length;
            places.Add((end - word.Length, end));
            Take(word.SequenceEqual("PID"u8), ref pid, i);
            Take(word.SequenceEqual("LWP"u8) || word.SequenceEqual("TID"u8), ref thread, i);
            Take(word.SequenceEqual("WCHAN"u8) || word.SequenceEqual("MWCHAN"u8), ref wait, i);
            Take(word.SequenceEqual("RSS"u8), ref resident, i);
            Take(IsCommand(word), ref command, i);
            Take(word.SequenceEqual("TDNAME"u8), ref threadName, i);
        }

        return new PsColumns(places.ToImmutable())
        {
            Pid = pid,
            Thread = thread,
            WaitChannel = wait,
            Resident = resident,
            Command = command,
            ThreadName = threadName,
        };
    }

    /// <summary>
    /// Whether the cells of a row stand where the headings are: the id ends, the command starts there.
    /// </summary>
    public bool StandsInPlace(ReadOnlySpan<byte> line)
    {
        foreach (int column in (ReadOnlySpan<int>)[Pid, Thread, Resident])
        {
            if (column >= 0 && !EndsAt(line, _places[column].End))
            {
                return false;
            }
        }

        foreach (int column in (ReadOnlySpan<int>)[Command, WaitChannel])
        {
            if (column >= 0 && !StartsAt(line, _places[column].Start))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a row has as many words as there are columns, so that they can be counted.</summary>
    public bool HasEnoughWords(ReadOnlySpan<byte> line)
    {
        int words = 0;
        while (words < _places.Length && !Scan.Word(ref line).IsEmpty)
        {
            words++;
        }

        return words == _places.Length;
    }

    /// <summary>One cell of a row, trimmed; empty where there is no such column.</summary>
    public ReadOnlySpan<byte> Cell(ReadOnlySpan<byte> line, int column, bool byPlace)
    {
        if (column < 0)
        {
            return default;
        }

        bool isLast = column == _places.Length - 1;
        if (!byPlace)
        {
            ReadOnlySpan<byte> rest = line;
            for (int i = 0; i < column; i++)
            {
                Scan.Word(ref rest);
            }

            return isLast ? Scan.Trim(rest) : Scan.Word(ref rest);
        }

        (int start, int end) = _places[column];
        if (column == Pid || column == Thread || column == Resident)
        {
            // Right-aligned: the word that ends below the heading's end.
            int from = Math.Min(end, line.Length);
            int to = from;
            while (from > 0 && !Scan.IsBlank(line[from - 1]))
            {
                from--;
            }

            return line[from..to];
        }

        if (start >= line.Length)
        {
            return default;
        }

        if (isLast)
        {
            return Scan.Trim(line[start..]);
        }

        // Left-aligned: up to the next column, whose cells may reach to the left of their heading if right-aligned.
        int limit = Math.Min(line.Length, _places[column + 1].Start);
        ReadOnlySpan<byte> cell = line[start..limit];
        int gap = cell.IndexOf("  "u8);
        return Scan.Trim(gap >= 0 ? cell[..gap] : LimitToWords(cell, line, limit));
    }

    /// <summary>Leaves out a word that goes on beyond the limit: it belongs to the next column.</summary>
    private static ReadOnlySpan<byte> LimitToWords(ReadOnlySpan<byte> cell, ReadOnlySpan<byte> line, int limit)
    {
        if (limit >= line.Length || cell.IsEmpty || Scan.IsBlank(cell[^1]) || Scan.IsBlank(line[limit]))
        {
            return cell;
        }

        int blank = cell.LastIndexOf((byte)' ');
        return blank < 0 ? cell : cell[..blank];
    }

    private static bool EndsAt(ReadOnlySpan<byte> line, int end) =>
        end <= line.Length && !Scan.IsBlank(line[end - 1]) && (end == line.Length || Scan.IsBlank(line[end]));

    private static bool StartsAt(ReadOnlySpan<byte> line, int start) =>
        start >= line.Length || ((start == 0 || Scan.IsBlank(line[start - 1])) && !Scan.IsBlank(line[start]));

    private static bool IsCommand(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("COMMAND"u8) || word.SequenceEqual("CMD"u8) || word.SequenceEqual("COMM"u8);

    private static bool IsHeadingLetter(byte value) => value is (>= (byte)'A' and <= (byte)'Z') or (byte)'%';

    private static void Take(bool isIt, ref int column, int index)
    {
        if (isIt && column < 0)
        {
            column = index;
        }
    }
}
