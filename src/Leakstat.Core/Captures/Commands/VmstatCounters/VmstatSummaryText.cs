using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.VmstatCounters;

/// <summary><c>vmstat -s</c> in text: a number and a label a line, two lines of percentages at the end.</summary>
public sealed class VmstatSummaryText : IFormat
{
    /// <inheritdoc/>
    public string Name => "vmstat-s/text";

    /// <inheritdoc/>
    public string Command => "vmstat -s";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (TryValue(line, out string? key, out _, out bool isCommon))
        {
            return isCommon ? LineFit.Continues
                : key == "context-switches" ? LineFit.Header
                : LineFit.Row;
        }

        return PercentagesOf(line) is null ? LineFit.None : LineFit.Row;
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => line.IndexOf("context"u8) >= 0 && Fit(line) == LineFit.Header;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        Dictionary<string, Reading> values = [];
        int skipped = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            if (TryValue(lines.Line, out string? key, out long value, out _))
            {
                values.TryAdd(key, new Reading(value, section.At(lines.Number)));
            }
            else if (PercentagesOf(lines.Line) is { } keys)
            {
                ReadPercentages(lines.Line, keys, values, section.At(lines.Number));
            }
            else if (!Scan.IsEmpty(lines.Line))
            {
                skipped++;
                capture.NotUnderstood("not a line of vmstat -s; skipped", lines.IsTerminated, section.At(lines.Number));
            }
        }

        if (values.Count > 0)
        {
            capture.Offer(new VmstatSummary(section.File, values));
        }

        return new FormatResult(values.Count, skipped);
    }

    private static bool TryValue(
        ReadOnlySpan<byte> line, [System.Diagnostics.CodeAnalysis.NotNullWhen(
            true)] out string? key, out long value, out bool isCommon)
    {
        ReadOnlySpan<byte> rest = line;
        key = null;
        isCommon = false;
        if (!Scan.TryInteger(Scan.Word(ref rest), out value))
        {
            return false;
        }

        key = VmstatSummaryLabels.KeyOf(Scan.Trim(rest), out isCommon);
        return key is not null;
    }

    private static IReadOnlyList<string>? PercentagesOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        return text.StartsWith("cache hits ("u8) && text.EndsWith("per-directory"u8) ? VmstatSummaryLabels.CacheHits
            : text.StartsWith("deletions "u8) && text.IndexOf("falsehits "u8) > 0 ? VmstatSummaryLabels.CacheLosses
            : null;
    }

    private static void ReadPercentages(
        ReadOnlySpan<byte> line,
        IReadOnlyList<string> keys,
        Dictionary<string, Reading> values,
        SourceLine at)
    {
        int next = 0;
        while (next < keys.Count)
        {
            int percent = line.IndexOf((byte)'%');
            if (percent < 0)
            {
                return;
            }

            int start = percent;
            while (start > 0 && Scan.IsDigit(line[start - 1]))
            {
                start--;
            }

            if (Scan.TryInteger(line[start..percent], out long value))
            {
                values.TryAdd(keys[next], new Reading(value, at));
            }

            next++;
            line = line[(percent + 1)..];
        }
    }
}
