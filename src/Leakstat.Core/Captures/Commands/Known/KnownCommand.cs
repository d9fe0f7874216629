using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Known;

/// <summary>
/// The output of a command that leakstat knows and reads nothing from. It is told by its heading, so that it is named
/// for what it is and its lines are not taken for another's.
/// </summary>
public sealed class KnownCommand : IFormat
{
    private readonly Func<ReadOnlySpan<byte>, bool>? _isOwn;
    private readonly byte[][][] _headings;

    internal KnownCommand(string name, string command, params string[] headings)
        : this(name, command, null, headings)
    {
    }

    internal KnownCommand(string name, string command, Func<ReadOnlySpan<byte>, bool>? isOwn, params string[] headings)
    {
        Name = name + "/text";
        Command = command;
        _isOwn = isOwn;
        _headings = [.. headings.Select(
            heading => heading.Split(' ').Select(System.Text.Encoding.ASCII.GetBytes).ToArray())];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Command { get; }

    /// <inheritdoc/>
    public bool IsUsed => false;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) =>
        IsHeader(line) ? LineFit.Header : _isOwn is { } isOwn && isOwn(line) ? LineFit.Row : LineFit.None;

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line)
    {
        foreach (byte[][] heading in _headings)
        {
            if (StartsWithWords(line, heading))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture) => default;

    private static bool StartsWithWords(ReadOnlySpan<byte> line, byte[][] words)
    {
        foreach (byte[] word in words)
        {
            if (!Scan.Word(ref line).SequenceEqual(word))
            {
                return false;
            }
        }

        return true;
    }
}
