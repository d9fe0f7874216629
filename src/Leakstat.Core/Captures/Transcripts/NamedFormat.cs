using Leakstat.Captures.Registry;
using Leakstat.Model;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// The format that a file's name says, for those few whose lines may look like anything
/// (<see cref="IFormat.IsNamed"/>).
/// </summary>
internal static class NamedFormat
{
    /// <summary>
    /// The format, where the text can be of it; null where the name says none, and where a file got another's name or
    /// holds an error in place of the output: such a text is read by its content.
    /// </summary>
    public static IFormat? Of(SourceFile file, ReadOnlySpan<byte> text)
    {
        string name = Unpacked(file.Path);
        IFormat? named = CommandRegistry.Formats.FirstOrDefault(format => format.IsNamed(name));
        return named?.FitOfNamed(text) switch
        {
            null or LineFit.None => null,
            LineFit.Continues => Transcript.WholeFormat(text) is null ? named : null,
            _ => named,
        };
    }

    /// <summary>
    /// A file's name without the ending of what it was packed with: the collector packs file by file.
    /// </summary>
    private static string Unpacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
        ? path[..^3]
        : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? path[..^4] : path;
}
