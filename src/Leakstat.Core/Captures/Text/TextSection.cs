using Leakstat.Model;

namespace Leakstat.Captures.Text;

/// <summary>
/// One command's output: a whole file, or the part of a transcript that belongs to one command, cleaned of quoting.
/// </summary>
/// <param name="File">The file it stands in.</param>
/// <param name="Bytes">The text.</param>
/// <param name="FirstLine">Number of its first line within the file.</param>
/// <param name="LineNumbers">
/// Where cleaning joined or dropped lines: the file's line number of each line of <paramref name="Bytes"/>.
/// Null where lines count on from <paramref name="FirstLine"/>.
/// </param>
/// <param name="IsCut">Whether the text is known to be incomplete at its end (limit, damaged archive).</param>
public sealed record TextSection(
    SourceFile File, ReadOnlyMemory<byte> Bytes, int FirstLine = 1, int[]? LineNumbers = null, bool IsCut = false)
{
    /// <summary>
    /// Asked of lines that may be anything, with the line before, while a text is read that may be of one format; true
    /// ends the reading, whose result is not used. Null where the text's format is known.
    /// </summary>
    public LineGuard? Guard { get; init; }

    /// <summary>Whether a command line stands above it: it is an output of its own, and no piece of one.</summary>
    public bool IsAsked { get; init; }

    /// <summary>The lines that are not the output's own, by their number; null where all are.</summary>
    public IReadOnlyDictionary<int, LineStanding>? Standings { get; init; }

    /// <summary>Whose a line is.</summary>
    public LineStanding StandingOf(int line) =>
        Standings is { } standings && standings.TryGetValue(line, out LineStanding standing)
            ? standing
            : LineStanding.Own;

    /// <summary>A reader at the first line.</summary>
    public LineReader Lines() => new(Bytes.Span, FirstLine, LineNumbers);

    /// <summary>A place in this section.</summary>
    public SourceLine At(int line) => new(File, line);
}

/// <summary>Whether a line is of something else than the format, or a piece of a line that was broken.</summary>
public delegate bool LineGuard(ReadOnlySpan<byte> before, ReadOnlySpan<byte> line, object format);
