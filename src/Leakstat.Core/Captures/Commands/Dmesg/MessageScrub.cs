using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// Kernel messages, and the lines of other programs in a log: the kernel's own words stay, and the names of zones and
/// modules.
/// </summary>
internal sealed partial class MessageScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override void Learn(string line)
    {
        if (LogHost(line) is (int start, int length))
        {
            NameLearner.LearnHost(Names, line.Substring(start, length));
        }

        if (KernelName().Match(line) is { Success: true } named)
        {
            KernelTableScrub.KeepName(Names, Lines, named.Groups["name"].Value);
        }
    }

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        ReadOnlySpan<byte> message = LogPrefix.Strip(bytes, out bool isLogged);
        string text = Encoding.Latin1.GetString(message);
        string before = line[..(line.Length - text.Length)];
        if (isLogged)
        {
            before = LogHost(before) is (int start, int length)
                ? before[..start] + Lines.Host(before.Substring(start, length)) + before[(start + length)..]
                : Lines.Strict(before);
        }
        else if (LogLine().IsMatch(line))
        {
            return Lines.Strict(line);
        }

        return before + Text(text);
    }

    /// <summary>Where syslog's host stands in a line; null where the line is none of syslog's.</summary>
    private static (int Start, int Length)? LogHost(string line) => LogLine().Match(line) is { Success: true } match
        ? (match.Groups["host"].Index, match.Groups["host"].Length)
        : null;

    [GeneratedRegex(
        @"^(<\d+>)?(\d )?([A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) (<[a-z0-9.]+> )?"
        + @"(?<host>[A-Za-z0-9][A-Za-z0-9._-]*) [/A-Za-z]",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex LogLine();

    /// <summary>The kernel names programs: <c>pid 712 (python3), jid 3, uid 1001, was killed</c>.</summary>
    private string Text(string text)
    {
        Match match = ProgramOf().Match(text);
        return match.Success
            ? Lines.Strict(text[..match.Groups["name"].Index]) + Lines.Program(match.Groups["name"].Value)
                + Lines.Strict(text[(match.Groups["name"].Index + match.Groups["name"].Length)..])
            : Lines.Strict(text);
    }

    /// <summary>
    /// A type, keg or zone that the kernel itself names (<c>malloc_uninit</c>, <c>keg_dtor</c>,
    /// <c>uma_zone_set_warning</c>).
    /// </summary>
    [GeneratedRegex(
        @"(Warning: memory type (?<name>.{1,64}?) leaked memory on destroy"
        + @"|Freed UMA keg \((?<name>[^()]{1,64})\) was not empty|\[zone: (?<name>[^\]]{1,64})\] )",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KernelName();

    [GeneratedRegex(@"(?<![a-z])(pid|process) \d+ \((?<name>[^()\s]{1,40})\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProgramOf();
}
