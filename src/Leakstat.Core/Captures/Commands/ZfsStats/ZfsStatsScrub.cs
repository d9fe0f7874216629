using System.Text.RegularExpressions;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.ZfsStats;

/// <summary>Labels are the tool's and names the kernel's where a number stands behind them.</summary>
internal sealed partial class ZfsStatsScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript) =>
        fit >= LineFit.Continues && Figures().IsMatch(line) ? Lines.Generic(line) : Lines.Strict(line);

    [GeneratedRegex(
        @"^\s*[A-Za-z0-9][A-Za-z0-9 ()/,_.+-]{0,60}(:|\s{2,})\s*[0-9][0-9.,:%]*([kKmMGTP]|\s|%|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Figures();
}
