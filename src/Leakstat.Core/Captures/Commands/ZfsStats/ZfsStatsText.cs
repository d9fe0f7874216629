using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures.Commands.Sysctl;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.ZfsStats;

/// <summary>
/// The reports of <c>zfs-stats</c>, <c>arc_summary.pl</c>, <c>arc_summary.py</c> and OpenZFS's <c>arc_summary</c>:
/// sections, below them labels with a share and a rounded value, and in the end a list of sysctls with exact values.
/// Labels are kept with each word capitalised, because the programs differ in nothing but that.
/// </summary>
public sealed class ZfsStatsText : IFormat
{
    private const int NameColumn = 40;

    private static readonly byte[][] Openings =
    [
        "ZFS Subsystem Report"u8.ToArray(),
        "ARC Summary: ("u8.ToArray(),
        "ARC status:"u8.ToArray(),
        "ARC Size:"u8.ToArray(),
        "ARC size (current):"u8.ToArray(),
        "ARC Efficiency:"u8.ToArray(),
        "ARC Total accesses:"u8.ToArray(),
        "ARC Size Breakdown:"u8.ToArray(),
        "L2 ARC Summary:"u8.ToArray(),
        "Kernel Memory Map:"u8.ToArray(),
        "ZFS Tunable (sysctl):"u8.ToArray(),
        "ZFS Tunables (sysctl):"u8.ToArray(),
    ];

    /// <inheritdoc/>
    public string Name => "zfs-stats/text";

    /// <inheritdoc/>
    public string Command => "zfs-stats";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        foreach (byte[] opening in Openings)
        {
            if (line.StartsWith(opening))
            {
                return LineFit.Row;
            }
        }

        if (line.SequenceEqual("System Memory:"u8))
        {
            return LineFit.Row;
        }

        return IsRuler(line) || TryTunable(line, out _, out _) || ZfsReportLine.IsPlausible(line)
            ? LineFit.Continues
            : LineFit.None;
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => false;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        Dictionary<string, Reading> values = [];
        var problems = new LineProblems(section, capture, "a line of zfs-stats");
        var path = new ZfsReportPath();
        int tunables = 0;
        int start = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            int lineStart = start;
            start = section.Bytes.Length - lines.Rest.Length;
            if (Scan.IsEmpty(line) || IsRuler(line) || problems.IsFragment(lines))
            {
                continue;
            }

            if (values.Count + tunables >= capture.Limits.Rows)
            {
                problems.TooMany(lines);
                break;
            }

            SourceLine at = section.At(lines.Number);
            if (TryTunable(line, out Range name, out Range value))
            {
                tunables++;
                ReadOnlyMemory<byte> text = section.Bytes.Slice(lineStart, line.Length);
                capture.AddSysctl(line[name], text[value], at);
            }
            else if (ZfsReportLine.TryShares(line))
            {
                ReadShares(line, path.Section, at, values);
            }
            else if (ZfsReportLine.TryLabel(line, out ReadOnlySpan<byte> label, out ReadOnlySpan<byte> rest))
            {
                string key = path.Enter(line, label, rest);
                if (ZfsReportLine.TryValue(ref rest, out long number))
                {
                    values.TryAdd(key, new Reading(number, at));
                }
            }
            else if (!IsRemark(line))
            {
                problems.Skip(lines);
            }
        }

        if (values.Count > 0)
        {
            capture.Offer(new ZfsReport(section.File, values), PartRank.Rounded);
        }

        return new FormatResult(values.Count + tunables, problems.Skipped);
    }

    /// <summary><c>2.36% 93.40 MiB Active, 8.95% 353.43 MiB Inact</c>.</summary>
    private static void ReadShares(
        ReadOnlySpan<byte> line, string section, SourceLine at, Dictionary<string, Reading> values)
    {
        while (ZfsReportLine.TryValue(ref line, out long number))
        {
            ReadOnlySpan<byte> name = Scan.Word(ref line);
            name = name.TrimEnd((byte)',');
            if (!name.IsEmpty && name.Length < 32)
            {
                values.TryAdd($"{section}/{Encoding.UTF8.GetString(name)}", new Reading(number, at));
            }
        }
    }

    /// <summary>
    /// <c>vfs.zfs.arc_max   3067633664</c>. The name is padded to a width of 40, and one as long as that runs into its
    /// value; a shorter one with digits at its end has no value.
    /// </summary>
    private static bool TryTunable(ReadOnlySpan<byte> line, out Range name, out Range value)
    {
        name = default;
        value = default;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> word = Scan.Word(ref rest);
        if (word.IsEmpty || word.Contains((byte)':') || word.Contains((byte)'=') || !SysctlLine.HasKnownRoot(word))
        {
            return false;
        }

        int start = line.Length - rest.Length - word.Length;
        int end = start + word.Length;
        ReadOnlySpan<byte> text = Scan.Trim(rest);
        if (!text.IsEmpty)
        {
            int valueStart = end + rest.IndexOf(text[0]);
            name = start..end;
            value = valueStart..(valueStart + text.Length);
            return !text.Contains((byte)' ');
        }

        int digits = end;
        while (digits > start && Scan.IsDigit(line[digits - 1]))
        {
            digits--;
        }

        name = start..digits;
        value = digits..end;
        return digits < end && digits - start >= NameColumn;
    }

    private static bool IsRuler(ReadOnlySpan<byte> line) =>
        line.StartsWith("-----"u8) || line.StartsWith("====="u8) || Scan.Trim(line).StartsWith("[Page:"u8);

    /// <summary>The host in the report's head, and subsystems that are off.</summary>
    private static bool IsRemark(ReadOnlySpan<byte> line) =>
        line.StartsWith("ZFS Subsystem Report"u8)
        || line.StartsWith("FreeBSD "u8)
        || line.EndsWith(" is disabled"u8)
        || line.IndexOf(" load averages: "u8) > 0
        || line.IndexOf(" not found"u8) > 0;
}
