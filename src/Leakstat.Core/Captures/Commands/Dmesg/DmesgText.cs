using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures.Commands.Sysctl;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// Kernel messages: dmesg(8), <c>/var/run/dmesg.boot</c>, and the kernel's lines as syslogd(8) writes them to
/// <c>/var/log/messages</c>. Every line is kept, without what syslog puts in front.
/// </summary>
public sealed class DmesgText : IFormat
{
    /// <summary>Lines over which a message may be broken.</summary>
    private const int MostPieces = 10;

    /// <inheritdoc/>
    public string Name => "dmesg/text";

    /// <inheritdoc/>
    public string Command => "dmesg";

    /// <summary>
    /// Anything can stand in the message buffer: what a root shell on the console prints is logged there too
    /// (<c>kern.log_console_output</c>, <c>sys/kern/subr_prf.c</c>), tables of vmstat among it. A file that is called
    /// <c>dmesg</c> (<c>dmesg.txt</c>, <c>dmesg.boot</c>, <c>dmesg-a.txt</c>) is therefore messages from its first line
    /// to its
    /// last; content decides of pastes only. Where no line of it can be the kernel's it is something else under that
    /// name.
    /// </summary>
    /// <inheritdoc/>
    public bool IsNamed(ReadOnlySpan<char> fileName)
    {
        ReadOnlySpan<char> name = fileName[(fileName.LastIndexOfAny('/', ':', '\\') + 1)..];
        return name.StartsWith("dmesg", StringComparison.OrdinalIgnoreCase)
            && (name.Length == 5 || !char.IsAsciiLetter(name[5]));
    }

    /// <inheritdoc/>
    public LineFit FitOfNamed(ReadOnlySpan<byte> text)
    {
        LineFit best = LineFit.None;
        var lines = new LineReader(text, 1, null);
        while (best < LineFit.Row && lines.Read())
        {
            LineFit fit = KernelLogLine.FitOf(lines.Line);
            best = fit > best ? fit : best;
        }

        return best;
    }

    /// <summary>
    /// Every boot in the buffer begins with two lines that begin messages, and there may be several boots.
    /// </summary>
    public bool RepeatsHeader => true;

    /// <inheritdoc/>
    public bool TakesAnyLine => true;

    /// <inheritdoc/>
    public int BrokenOver(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> first = text.IndexOf((byte)'\n') is var end and >= 0 ? text[..end] : text;
        ReadOnlySpan<byte> message = LogPrefix.Strip(first, out bool isLogged);
        return !isLogged && MessageTemplate.StateOf(message) != BrokenState.Open
            ? 0
            : BrokenLine.Over(text, MostPieces, static line => MessageTemplate.StateOf(LogPrefix.Strip(line, out _)));
    }

    /// <inheritdoc/>
    public Range QuotedIn(ReadOnlySpan<byte> line) => QuotedMessage.In(line);

    /// <inheritdoc/>
    public bool NamesHosts => true;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> HostIn(ReadOnlySpan<byte> line) => LogPrefix.HostOf(line);

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

        if (isLogged || KernelMessageText.IsDistinctive(message) || RepeatedMessage.TryRead(line, out _)
            || BufferSpaceMessage.Is(line))
        {
            return LineFit.Row;
        }

        return IsOfAnother(line) ? LineFit.None : LineFit.Continues;
    }

    /// <summary>
    /// Almost any line may come from the kernel. These do not, and would be lost in a paste where nothing stands
    /// between messages and them: sysctls and rows of many numbers between commas.
    /// </summary>
    private static bool IsOfAnother(ReadOnlySpan<byte> line) =>
        (SysctlLine.HasKnownRoot(line) && SysctlLine.TrySplit(line, out _, out _))
        || (Scan.IsDigit(line[^1]) && line.Count((byte)',') >= 5 && line.Contains((byte)':'));

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) =>
        !line.IsEmpty && KernelMessageText.StartsBuffer(LogPrefix.Strip(line, out _));

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
            LineStanding standing = section.StandingOf(lines.Number);
            if (Scan.IsEmpty(lines.Line) || standing == LineStanding.Prose)
            {
                continue;
            }

            if (messages.Count >= capture.Limits.Rows)
            {
                problems.TooMany(lines);
                break;
            }

            // What the machine had not written when it went down is a run of zeros; a message may stand behind it.
            ReadOnlySpan<byte> line = lines.Line[(lines.Line.LastIndexOf((byte)0) + 1)..];
            bool isRead = KernelLogLine.IsReadable(line);
            if (!isRead || line.Length < lines.Line.Length)
            {
                problems.Skip(lines);
            }

            if (!isRead || Scan.IsEmpty(line))
            {
                continue;
            }

            if (RepeatedMessage.TryRead(line, out int times) && messages.Count > 0)
            {
                messages[^1] = messages[^1] with
                {
                    Repeated = (int)Math.Min((long)messages[^1].Repeated + times, int.MaxValue),
                };
                continue;
            }

            // The messages of a thousand hosts are mostly different: they would only fill the pool of names.
            ReadOnlySpan<byte> message = LogPrefix.Strip(line, out bool isLogged);
            messages.Add(new KernelMessage(Encoding.UTF8.GetString(message), lines.Number)
            {
                IsLogged = isLogged,
                Uptime = LogPrefix.UptimeOf(line) is { IsEmpty: false } uptime
                    ? Encoding.ASCII.GetString(uptime)
                    : null,
                IsQuoted = standing == LineStanding.Quoted,
                IsLoose = !section.IsAsked,
            });
        }

        if (messages.Count > 0)
        {
            bool isPiece = !section.IsAsked && !messages[0].StartsBoot;
            int read = messages.Count;
            capture.Extend(
                new MessageLooks().With(section.File, messages, total, isPiece),
                held => held.With(section.File, messages, total, isPiece));
            return new FormatResult(read, problems.Skipped);
        }

        return new FormatResult(messages.Count, problems.Skipped);
    }
}
