using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// Kernel messages. In a paste almost any line may follow them, so that there only what the kernel alone says stays in its
/// words; the lines of other programs in a log do not.
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
    }

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        ReadOnlySpan<byte> message = LogPrefix.Strip(bytes, out bool isLogged);
        string text = Encoding.Latin1.GetString(message);
        string before = line[..(line.Length - text.Length)];
        bool isKernel = isLogged || KernelMessageText.StartsBuffer(message) || KernelMessageText.IsDistinctive(message)
            || Device().IsMatch(text);
        if (isLogged)
        {
            before = LogHost(before) is (int start, int length)
                ? before[..start] + Lines.Host(before.Substring(start, length)) + before[(start + length)..]
                : Lines.Generic(before);
        }
        else if (LogLine().IsMatch(line))
        {
            return Lines.Strict(line);
        }

        return before + (isKernel || !isTranscript ? Lines.Generic(text) : Lines.Strict(text));
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

    /// <summary>A message that begins with a device: <c>ix0: link state changed to UP</c>.</summary>
    [GeneratedRegex(@"^(\[[ 0-9.]+\] )?[a-z][a-z_]{1,15}[0-9]{1,3}(\.[0-9]+)?: ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Device();
}
