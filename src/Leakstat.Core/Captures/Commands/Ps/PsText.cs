using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Ps;

/// <summary>
/// ps(1) with any keywords, of processes or of threads (<c>bin/ps/keyword.c</c>), and procstat(1) <c>-t</c>. Columns
/// are found by the words of the header; cells may be blank and the last may hold blanks.
/// </summary>
public sealed class PsText : IFormat
{
    /// <inheritdoc/>
    public string Name => "ps/text";

    /// <inheritdoc/>
    public string Command => "ps";

    /// <inheritdoc/>
    public bool HasHeading => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (PsColumns.IsHeader(line))
        {
            return LineFit.Header;
        }

        // A process id among the first words; the name of a user may stand before it.
        ReadOnlySpan<byte> rest = line;
        for (int i = 0; i < 3; i++)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref rest);
            if (word.Length is > 0 and < 10 && Scan.TryInteger(word, out long id) && id >= 0 && !Scan.IsEmpty(rest))
            {
                return LineFit.Continues;
            }
        }

        return LineFit.None;
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => PsColumns.IsHeader(line);

    /// <inheritdoc/>
    public bool IsRowOf(ReadOnlySpan<byte> heading, ReadOnlySpan<byte> line) =>
        PsColumns.Read(heading).StandsInPlace(line);

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<ProcessRow>.Builder rows = ImmutableArray.CreateBuilder<ProcessRow>();
        var problems = new LineProblems(section, capture, "a row of ps");
        PsColumns? columns = null;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (Scan.IsEmpty(line) || problems.IsFragment(lines))
            {
                continue;
            }

            if (PsColumns.IsHeader(line))
            {
                columns ??= PsColumns.Read(line);
                continue;
            }

            if (rows.Count >= capture.Limits.Rows)
            {
                problems.TooMany(lines);
                break;
            }

            if (columns is not null && TryRow(line, columns, capture.Names, lines.Number, out ProcessRow row))
            {
                rows.Add(row);
            }
            else
            {
                problems.Skip(lines);
            }
        }

        if (rows.Count > 0)
        {
            capture.Offer(new ProcessTable(section.File, rows.ToImmutable()));
        }

        return new FormatResult(rows.Count, problems.Skipped);
    }

    private static bool TryRow(
        ReadOnlySpan<byte> line, PsColumns columns, NamePool names, int number, out ProcessRow row)
    {
        row = default;

        // Columns stand below their headings; where a mail or a wiki has squeezed the blanks, words are counted.
        bool byPlace = columns.StandsInPlace(line);
        if (!byPlace && !columns.HasEnoughWords(line))
        {
            return false;
        }

        if (!TryNumber(columns.Cell(line, columns.Pid, byPlace), out long? pid) || pid is null)
        {
            return false;
        }

        if (!TryNumber(columns.Cell(line, columns.Thread, byPlace), out long? thread)
            || !TryNumber(columns.Cell(line, columns.Resident, byPlace), out long? resident))
        {
            return false;
        }

        ReadOnlySpan<byte> wait = columns.Cell(line, columns.WaitChannel, byPlace);
        ReadOnlySpan<byte> command = columns.Cell(line, columns.Command, byPlace);
        ReadOnlySpan<byte> threadName = columns.Cell(line, columns.ThreadName, byPlace);
        row = new ProcessRow(
            pid.Value,
            thread,
            wait.IsEmpty || wait.SequenceEqual("-"u8) ? null : names.Get(wait),
            resident,
            CommandName(command, threadName, names),
            number);
        return true;
    }

    private static string CommandName(ReadOnlySpan<byte> command, ReadOnlySpan<byte> threadName, NamePool names)
    {
        if (threadName.IsEmpty || threadName.SequenceEqual("-"u8) || threadName.SequenceEqual(command))
        {
            return names.Get(command);
        }

        return command.IsEmpty ? names.Get(threadName) : $"{names.Get(command)}/{names.Get(threadName)}";
    }

    /// <summary>A number, or nothing where the cell is empty or a hyphen; false for anything else.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> cell, out long? value)
    {
        value = null;
        if (cell.IsEmpty || cell.SequenceEqual("-"u8))
        {
            return true;
        }

        if (!Scan.TryInteger(cell, out long number) || number < 0)
        {
            return false;
        }

        value = number;
        return true;
    }
}
