using System.Collections.Immutable;
using System.Text;
using Leakstat.Model;
using Leakstat.Parsing.Text;

namespace Leakstat.Parsing.Formats;

/// <summary>
/// Kernel messages: dmesg(8), <c>/var/run/dmesg.boot</c>, and the kernel's lines as syslogd(8) writes them to
/// <c>/var/log/messages</c>. Every line is kept, without what syslog puts in front.
/// </summary>
public sealed class DmesgText : IFormat
{
    /// <inheritdoc/>
    public string Name => "dmesg/text";

    /// <inheritdoc/>
    public string Command => "dmesg";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return LineFit.None;
        }

        ReadOnlySpan<byte> message = LogPrefix.Strip(line, out bool isLogged);
        if (KernelMessageText.StartsBuffer(message))
        {
            return LineFit.Header;
        }

        return isLogged || KernelMessageText.IsDistinctive(message) ? LineFit.Row : LineFit.Continues;
    }

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<KernelMessage>.Builder messages = ImmutableArray.CreateBuilder<KernelMessage>();
        var problems = new LineProblems(section, capture, "a kernel message");
        int total = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            total++;
            if (Scan.IsEmpty(lines.Line))
            {
                continue;
            }

            if (messages.Count >= capture.Limits.Rows)
            {
                problems.TooMany(lines);
                break;
            }

            // The messages of a thousand hosts are mostly different: they would only fill the pool of names.
            ReadOnlySpan<byte> message = LogPrefix.Strip(lines.Line, out _);
            messages.Add(new KernelMessage(Encoding.UTF8.GetString(message), lines.Number));
        }

        if (messages.Count > 0)
        {
            capture.Offer(new KernelMessages(section.File, messages.ToImmutable(), total));
        }

        return new FormatResult(messages.Count, problems.Skipped);
    }
}
