using System.Text.RegularExpressions;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Uname;

/// <summary><c>FreeBSD host 14.2-RELEASE …</c>: the host is renamed.</summary>
internal sealed partial class UnameScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override void Learn(string line)
    {
        if (Host().Match(line) is { Success: true } uname)
        {
            NameLearner.LearnHost(Names, uname.Groups["host"].Value);
        }
    }

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        string[] words = line.Split(' ', 3);
        bool isWhole = words.Length == 3 && words[0] is "FreeBSD" or "JUNOS" or "HardenedBSD"
            && words[1].Length > 0 && !char.IsAsciiDigit(words[1][0]);
        return isWhole ? $"{words[0]} {Lines.Host(words[1])} {Lines.Strict(words[2])}"
            : words.Length == 1 ? Word(line)
            : Lines.Strict(line);
    }

    private string Word(string line) =>
        Names.Knows(SecretKind.Host, line.Trim().Split('.')[0]) ? Lines.Host(line.Trim()) : Lines.Strict(line);

    [GeneratedRegex(@"^\s*FreeBSD\s+(?<host>[A-Za-z][A-Za-z0-9._-]*)\s+[0-9]+\.", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Host();
}
