using System.Collections.Immutable;
using System.Text;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>
/// Reads a table of owners: comma-separated values with the header
/// <c>kind,name,subsystem,module,source,represents,grows_with,bound</c>, one record a line, <c>#</c> for comments.
/// </summary>
public static class OwnersFile
{
    private const int Columns = 8;
    private const int NeededColumns = 4;
    private const int MaximumRows = 100_000;

    /// <summary>Reads a user's own file; lines that are wrong are reported and left out.</summary>
    public static (ImmutableArray<OwnerEntry> Entries, ImmutableArray<Diagnostic> Problems) Read(
        string path, ReadOnlySpan<byte> utf8)
    {
        var file = new SourceFile(path);
        var entries = ImmutableArray.CreateBuilder<OwnerEntry>();
        var problems = ImmutableArray.CreateBuilder<Diagnostic>();
        Parse(Encoding.UTF8.GetString(utf8), entries, (line, text) =>
            problems.Add(new Diagnostic(DiagnosticId.BadLine, text, new SourceLine(file, line))));
        return (entries.ToImmutable(), problems.ToImmutable());
    }

    /// <summary>Reads a table, giving each wrong line and what is wrong with it.</summary>
    internal static void Parse(
        string text, ImmutableArray<OwnerEntry>.Builder entries, Action<int, string>? problem = null)
    {
        var fields = new string[Columns];
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = number == 1 ? raw.TrimStart('\uFEFF') : raw;
            if (line.IsWhiteSpace() || line[0] == '#' || line.StartsWith("kind,", StringComparison.Ordinal))
            {
                continue;
            }

            if (entries.Count >= MaximumRows)
            {
                problem?.Invoke(number, $"more than {MaximumRows} owners; the rest is not read");
                return;
            }

            int count = Split(line, fields, out string? fault);
            if (fault is null && count < NeededColumns)
            {
                fault = "needs at least kind,name,subsystem,module";
            }

            if (fault is null && fields[0] is not ("zone" or "malloc"))
            {
                fault = "the kind must be zone or malloc";
            }

            if (fault is null && (fields[1].Length == 0 || fields[3].Length == 0))
            {
                fault = fields[1].Length == 0 ? "has no name" : "has no module";
            }

            if (fault is not null)
            {
                problem?.Invoke(number, $"{fault}; the line is left out");
                continue;
            }

            entries.Add(new OwnerEntry(
                fields[0] == "zone", fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], fields[7]));
        }
    }

    /// <summary>
    /// Splits a record; missing fields are empty. Quotes as in RFC 4180, except that a record is one line.
    /// </summary>
    private static int Split(ReadOnlySpan<char> line, string[] fields, out string? fault)
    {
        Array.Fill(fields, "");
        fault = null;
        int count = 0;
        while (true)
        {
            if (count == Columns)
            {
                fault = $"has more than {Columns} fields (a comma in a field needs quotes)";
                return count;
            }

            int end;
            if (line.Length > 0 && line[0] == '"')
            {
                end = ClosingQuote(line);
                if (end < 0)
                {
                    fault = "has a quote that is not closed";
                    return count;
                }

                fields[count++] = line[1..end].ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
                line = line[(end + 1)..];
                if (line.Length > 0 && line[0] != ',')
                {
                    fault = "has text behind a closing quote";
                    return count;
                }

                end = line.Length > 0 ? 0 : -1;
            }
            else
            {
                end = line.IndexOf(',');
                fields[count++] = (end < 0 ? line : line[..end]).Trim().ToString();
            }

            if (end < 0)
            {
                return count;
            }

            line = line[(end + 1)..];
        }
    }

    private static int ClosingQuote(ReadOnlySpan<char> line)
    {
        for (int i = 1; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                if (i + 1 < line.Length && line[i + 1] == '"')
                {
                    i++;
                    continue;
                }

                return i;
            }
        }

        return -1;
    }
}
