using System.Buffers;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Sysctl;

/// <summary>
/// sysctl(8): <c>name: value</c>, and <c>name=value</c> of <c>-e</c> (<c>sbin/sysctl/sysctl.c</c>). A value may go on
/// over further lines, which carry no name. ARC statistics and <c>vm.phys_free</c> come in this form too.
/// </summary>
public sealed class SysctlText : IFormat
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789-. "u8);

    /// <summary>Names whose text is one line; what follows one of them without a name is none of its value.</summary>
    private static readonly HashSet<string> OneLine =
    [
        "kern.hostname", "kern.osrelease", "kern.ostype", "kern.ident", "kern.boottime", "kern.bootfile",
        "kern.vm_guest", "kern.shutdown.dumpdevname", "kern.hostuuid", "hw.machine", "hw.machine_arch", "hw.model",
        "vm.loadavg",
    ];

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> OneLineNames =
        OneLine.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <inheritdoc/>
    public string Name => "sysctl/text";

    /// <inheritdoc/>
    public string Command => "sysctl";

    /// <inheritdoc/>
    public bool HasLongValues => true;

    /// <summary>With <see cref="TextSection.Guard"/>, which sees the lines that may be anything.</summary>
    public bool ReportsEveryLine => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return LineFit.None;
        }

        bool isNamed = SysctlLine.TrySplit(line, out _, out _);
        if (isNamed && SysctlLine.HasKnownRoot(line))
        {
            return LineFit.Row;
        }

        if (IsMessage(line))
        {
            return LineFit.Row;
        }

        return isNamed || (IsGoingOn(line) && !IsRule(line)) ? LineFit.Continues : LineFit.None;
    }

    /// <inheritdoc/>
    public RowSequel SequelOf(ReadOnlySpan<byte> row)
    {
        if (!SysctlLine.TrySplit(row, out ReadOnlySpan<byte> name, out int valueStart))
        {
            return RowSequel.None;
        }

        return name.SequenceEqual("kern.msgbuf"u8) ? RowSequel.Messages
            : OpenValue.GoesOn(name, row[valueStart..]) ? RowSequel.Value
            : RowSequel.None;
    }

    /// <summary>A line that people draw around what they show: <c>====</c>.</summary>
    private static bool IsRule(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        return text.Length >= 4 && text[0] is ((byte)'=' or (byte)'-') && text.IndexOfAnyExcept(text[0]) < 0;
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => false;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var problems = new LineProblems(section, capture, "a line of sysctl");
        var open = new OpenValue();
        int rows = 0;
        ReadOnlySpan<byte> before = default;
        LineReader lines = section.Lines();
        int start = 0;
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            int lineStart = start;
            start = section.Bytes.Length - lines.Rest.Length;
            if (Scan.IsEmpty(line) || problems.IsFragment(lines))
            {
                continue;
            }

            ReadOnlySpan<byte> previous = before;
            before = line;
            bool isNamed = SysctlLine.TrySplit(line, out ReadOnlySpan<byte> name, out int valueStart)
                && name.Length <= capture.Limits.NameBytes
                && (!open.MayGoOn || SysctlLine.HasKnownRoot(name));
            if (section.Guard is { } guard
                && !(isNamed && SysctlLine.HasKnownRoot(line))
                && guard(previous, line, this))
            {
                return new FormatResult(rows, problems.Skipped + 1);
            }

            if (isNamed)
            {
                rows += open.Close(section, capture);
                if (rows >= capture.Limits.Rows)
                {
                    problems.TooMany(lines);
                    open = default;
                    break;
                }

                open = OpenValue.Begin(line, name.Length, valueStart, lineStart, section.At(lines.Number));
            }
            else if (IsMessage(line))
            {
                ReportMessage(line, section.At(lines.Number), capture);
            }
            else if (open.MayGoOn)
            {
                open = open with { ValueEnd = lineStart + line.Length };
            }
            else
            {
                problems.Skip(lines);
            }
        }

        rows += open.Close(section, capture);
        return new FormatResult(rows, problems.Skipped);
    }

    /// <summary>
    /// Whether a line without a name has the look of a value that goes on: indented, not starting with a letter
    /// (tables, XML), or one of vm.phys_free, vm.vmtotal and kern.conftxt.
    /// </summary>
    private static bool IsGoingOn(ReadOnlySpan<byte> line)
    {
        if (!char.IsAsciiLetter((char)line[0]))
        {
            return true;
        }

        return line.StartsWith("DOMAIN "u8)
            || line.StartsWith("FREE LIST "u8)
            || line.StartsWith("System wide totals"u8)
            || line.StartsWith("Processes:"u8)
            || line.StartsWith("Virtual Memory:"u8)
            || line.StartsWith("Real Memory:"u8)
            || line.StartsWith("Shared Virtual Memory:"u8)
            || line.StartsWith("Shared Real Memory:"u8)
            || line.StartsWith("Free Memory:"u8)
            || (line.Contains((byte)'\t') && (line.StartsWith("options"u8) || line.StartsWith("device"u8)));
    }

    /// <summary>
    /// What sysctl itself says in between: <c>sysctl: unknown oid 'x'</c>, and before 10
    /// <c>second level name x in a.x is invalid</c> (<c>sbin/sysctl/sysctl.c</c>, <c>name2oid</c>).
    /// </summary>
    private static bool IsMessage(ReadOnlySpan<byte> line) =>
        line.StartsWith("sysctl: "u8)
        || (line.EndsWith(" is invalid"u8) && line.IndexOf(" level name "u8) is >= 0 and < 12);

    private static void ReportMessage(ReadOnlySpan<byte> line, SourceLine at, CaptureBuilder capture)
    {
        if (!capture.Keeps(DiagnosticId.UnknownOid, at.File))
        {
            capture.Report(DiagnosticId.UnknownOid, "", at);
            return;
        }

        ReadOnlySpan<byte> oid = line;
        int quote = line.IndexOf((byte)'\'');
        int end = quote < 0 ? -1 : line[(quote + 1)..].IndexOf((byte)'\'');
        oid = end >= 0 ? line.Slice(quote + 1, end) : line[..Math.Min(line.Length, 200)];
        capture.Report(
            DiagnosticId.UnknownOid,
            line.IndexOf("unknown oid"u8) >= 0
                ? $"this host has no sysctl {System.Text.Encoding.UTF8.GetString(oid)}"
                : $"sysctl could not print a value: "
                    + $"{System.Text.Encoding.UTF8.GetString(line[..Math.Min(line.Length, 200)])}",
            at);
    }

    /// <summary>An entry whose value may yet go on.</summary>
    private readonly record struct OpenValue(
        int NameStart, int NameLength, int ValueStart, int ValueEnd, bool MayGoOn, SourceLine At)
    {
        public static OpenValue Begin(
            ReadOnlySpan<byte> line, int nameLength, int valueStart, int lineStart, SourceLine at)
        {
            ReadOnlySpan<byte> value = line[valueStart..];

            // "sysctl name=new" prints "name: old -> new".
            int arrow = value.LastIndexOf(" -> "u8);
            if (arrow >= 0)
            {
                valueStart += arrow + 4;
                value = line[valueStart..];
            }

            return new OpenValue(
                lineStart,
                nameLength,
                lineStart + valueStart,
                lineStart + line.Length,
                GoesOn(line[..nameLength], value),
                at);
        }

        /// <summary>Whether a value that begins so may go on below.</summary>
        public static bool GoesOn(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
            value.IsEmpty || (value.ContainsAnyExcept(NumberBytes) && !IsOneLine(name));

        /// <summary>Hands the entry to the capture; 1, or 0 where there is none.</summary>
        public int Close(TextSection section, CaptureBuilder capture)
        {
            if (NameLength == 0)
            {
                return 0;
            }

            ReadOnlySpan<byte> name = section.Bytes.Span.Slice(NameStart, NameLength);
            ReadOnlyMemory<byte> value = section.Bytes[ValueStart..ValueEnd];
            if (!capture.AddSysctl(name, value, At)
                && capture.TryGetSysctl(name, out SysctlTable.Entry first)
                && first.At.File == At.File
                && !first.Value.Span.SequenceEqual(value.Span))
            {
                string known = capture.Names.Get(name);
                long? memory = capture.TryGetSysctl("hw.physmem"u8, out SysctlTable.Entry all) ? all.Number : null;
                bool isApart = SysctlLevels.AreApart(known, first, new SysctlTable.Entry(value, At), memory);
                capture.Report(
                    isApart ? DiagnosticId.SecondOutput : DiagnosticId.DuplicateName,
                    isApart
                        ? SysctlLevels.Text(known, first)
                        : $"a second value of {known}; that of line {first.At.Line} is used",
                    At);
            }

            return 1;
        }

        private static bool IsOneLine(ReadOnlySpan<byte> name)
        {
            if (name.StartsWith("vm.uma."u8))
            {
                return true;
            }

            if (name.Length > 32)
            {
                return false;
            }

            Span<char> text = stackalloc char[name.Length];
            for (int i = 0; i < name.Length; i++)
            {
                text[i] = (char)name[i];
            }

            return OneLineNames.Contains(text);
        }
    }
}
