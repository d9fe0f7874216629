using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.ListenQueue;

/// <summary>
/// <c>netstat -Lan</c> (<c>Current listen queue sizes (qlen/incqlen/maxqlen)</c>, <c>usr.bin/netstat/inet.c</c>,
/// <c>unix.c</c>), its rows alone as grep(1) leaves them, and the one line of <c>netstat -s</c> that counts what those
/// queues refused.
/// </summary>
public sealed class ListenQueueText : IFormat
{
    /// <inheritdoc/>
    public string Name => "netstat-Lan/text";

    /// <inheritdoc/>
    public string Command => "netstat -Lan";

    /// <inheritdoc/>
    public bool RepeatsHeader => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) =>
        IsHeader(line) ? LineFit.Header
        : TryRow(line, out bool hasProtocol, out _, out _) ? hasProtocol ? LineFit.Row : LineFit.Continues
        : TryOverflows(line, out _) ? LineFit.Row
        : IsColumns(line) ? LineFit.Continues
        : LineFit.None;

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => line.StartsWith("Current listen queue sizes (qlen/"u8);

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<ListeningSocket>.Builder queues = ImmutableArray.CreateBuilder<ListeningSocket>();
        Reading? overflows = null;
        var problems = new LineProblems(section, capture, "a line of netstat -Lan");
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            SourceLine at = section.At(lines.Number);
            if (TryRow(lines.Line, out _, out (long Waiting, long Incomplete, long Backlog) counts,
                out ReadOnlySpan<byte> address))
            {
                if (queues.Count >= capture.Limits.Rows)
                {
                    problems.TooMany(lines);
                    break;
                }

                queues.Add(new ListeningSocket(
                    Encoding.UTF8.GetString(address), counts.Waiting, counts.Backlog, at));
            }
            else if (TryOverflows(lines.Line, out long count))
            {
                overflows = new Reading(count, at);
            }
            else if (!Scan.IsEmpty(lines.Line) && !IsHeader(lines.Line) && !IsColumns(lines.Line)
                && !problems.IsFragment(lines))
            {
                problems.Skip(lines);
            }
        }

        int rows = queues.Count + (overflows is null ? 0 : 1);
        if (rows > 0)
        {
            var read = new ListenQueues(section.File, queues.ToImmutable()) { Overflows = overflows };
            capture.Extend(read, held => held.With(read));
        }

        return new FormatResult(rows, problems.Skipped);
    }

    private static bool IsColumns(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = Scan.Trim(line);
        return (rest.StartsWith("Proto "u8) || rest.StartsWith("Listen "u8) || rest.StartsWith("Socket "u8))
            && rest.IndexOf("Listen "u8) >= 0 && rest.EndsWith("Local Address"u8);
    }

    /// <summary>
    /// <c>tcp4  192/0/128        *.80</c>; some print no protocol, and the address may be missing.
    /// </summary>
    private static bool TryRow(
        ReadOnlySpan<byte> line,
        out bool hasProtocol,
        out (long Waiting, long Incomplete, long Backlog) counts,
        out ReadOnlySpan<byte> address)
    {
        counts = default;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> word = Scan.Word(ref rest);
        hasProtocol = word.StartsWith("tcp"u8) || word.StartsWith("sctp"u8) || word.SequenceEqual("unix"u8);
        word = hasProtocol ? Scan.Word(ref rest) : word;
        address = Scan.Trim(rest);
        int first = word.IndexOf((byte)'/');
        int last = word.LastIndexOf((byte)'/');
        return first > 0 && last > first
            && Scan.TryInteger(word[..first], out counts.Waiting)
            && Scan.TryInteger(word[(first + 1)..last], out counts.Incomplete)
            && Scan.TryInteger(word[(last + 1)..], out counts.Backlog)
            && counts is { Waiting: >= 0, Incomplete: >= 0, Backlog: >= 0 }
            && !address.Contains((byte)' ')
            && (hasProtocol || address.IndexOfAny((byte)'.', (byte)'/') >= 0);
    }

    /// <summary><c>80361931 listen queue overflows</c> of <c>netstat -s</c>; none is not worth a line.</summary>
    private static bool TryOverflows(ReadOnlySpan<byte> line, out long count)
    {
        ReadOnlySpan<byte> rest = line;
        return Scan.TryInteger(Scan.Word(ref rest), out count) && count > 0
            && Scan.Trim(rest) is var label
            && (label.SequenceEqual("listen queue overflows"u8) || label.SequenceEqual("listen queue overflow"u8));
    }
}
