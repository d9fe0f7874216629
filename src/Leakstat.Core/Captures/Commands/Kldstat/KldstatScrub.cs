using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Kldstat;

/// <summary>Rows with files; a folder that is not one of the system's is somebody's.</summary>
internal sealed class KldstatScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        int open = line.IndexOf("(/", StringComparison.Ordinal);
        int close = line.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return line;
        }

        string path = line[(open + 1)..close];
        string folder = path[..path.LastIndexOf('/')];
        bool isSystem = folder.StartsWith("/boot", StringComparison.Ordinal) || folder is "/usr/local/modules" or "/modules";
        return isSystem
            ? line
            : string.Concat(
                line.AsSpan(0, open + 1),
                Names.Mark(SecretKind.Path, folder),
                path.AsSpan(folder.Length),
                line.AsSpan(close));
    }
}
