using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Kldstat;

/// <summary>
/// kldstat(8), plain, <c>-h</c> and <c>-v</c> (<c>sbin/kldstat/kldstat.c</c>). <c>-v</c> puts the path behind each file
/// and lists the file's modules below it, both indented.
/// </summary>
public sealed class KldstatText : IFormat
{
    /// <inheritdoc/>
    public string Name => "kldstat/text";

    /// <inheritdoc/>
    public string Command => "kldstat";

    /// <inheritdoc/>
    public bool HasHeading => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (IsHeading(line))
        {
            return LineFit.Header;
        }

        if (TryFile(line, out _))
        {
            return LineFit.Row;
        }

        return IsModuleHeading(line) || TryModule(line, out _) ? LineFit.Continues : LineFit.None;
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => IsHeading(line);

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<KernelFile>.Builder files = ImmutableArray.CreateBuilder<KernelFile>();
        ImmutableArray<string>.Builder modules = ImmutableArray.CreateBuilder<string>();
        var problems = new LineProblems(section, capture, "a row of kldstat");
        bool isVerbose = false;
        bool isRounded = false;
        int rows = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (Scan.IsEmpty(line) || problems.IsFragment(lines))
            {
                continue;
            }

            if (rows >= capture.Limits.Rows)
            {
                problems.TooMany(lines);
                break;
            }

            if (TryFile(line, out FileFields fields))
            {
                CloseFile(files, modules);
                rows++;
                isRounded |= fields.IsRounded;
                isVerbose |= !fields.Path.IsEmpty;
                files.Add(new KernelFile
                {
                    Id = fields.Id,
                    References = fields.References,
                    Address = fields.Address,
                    Size = fields.Size,
                    Name = capture.Names.Get(fields.Name),
                    Path = fields.Path.IsEmpty ? null : capture.Names.Get(fields.Path),
                    At = section.At(lines.Number),
                });
            }
            else if (IsModuleHeading(line))
            {
                isVerbose = true;
            }
            else if (isVerbose && TryModule(line, out ReadOnlySpan<byte> module))
            {
                rows++;
                modules.Add(capture.Names.Get(module));
            }
            else if (!IsHeading(line))
            {
                problems.Skip(lines);
            }
        }

        CloseFile(files, modules);
        if (files.Count > 0)
        {
            PartRank rank = isVerbose ? PartRank.Rich : isRounded ? PartRank.Rounded : PartRank.Text;
            capture.Offer(new KernelFileTable(section.File, files.ToImmutable(), isVerbose), rank);
        }

        return new FormatResult(rows, problems.Skipped);
    }

    private static void CloseFile(
        ImmutableArray<KernelFile>.Builder files, ImmutableArray<string>.Builder modules)
    {
        if (files.Count > 0 && modules.Count > 0)
        {
            files[^1] = files[^1] with { Modules = modules.ToImmutable() };
        }

        modules.Clear();
    }

    private static bool IsHeading(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        return Scan.Word(ref rest).SequenceEqual("Id"u8)
            && Scan.Word(ref rest).SequenceEqual("Refs"u8)
            && Scan.Word(ref rest).SequenceEqual("Address"u8);
    }

    /// <summary>The line above a file's modules, and the heading of that list.</summary>
    private static bool IsModuleHeading(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = Scan.Trim(line);
        if (rest.SequenceEqual("Contains modules:"u8))
        {
            return true;
        }

        return Scan.Word(ref rest).SequenceEqual("Id"u8)
            && Scan.Word(ref rest).SequenceEqual("Name"u8)
            && Scan.IsEmpty(rest);
    }

    /// <summary><c> 97 cubic</c>; <c>-d</c> adds the module's data in parentheses.</summary>
    private static bool TryModule(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> id = Scan.Word(ref rest);
        name = Scan.Word(ref rest);
        rest = Scan.Trim(rest);
        return id.Length < 10
            && Scan.TryInteger(id, out long value)
            && value >= 0
            && !name.IsEmpty
            && (rest.IsEmpty || (rest[0] == '(' && rest[^1] == ')'));
    }

    private static bool TryFile(ReadOnlySpan<byte> line, out FileFields fields)
    {
        fields = default;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> id = Scan.Word(ref rest);
        if (id.IsEmpty
            || !Scan.IsDigit(id[0])
            || !Scan.TryInteger(id, out long number)
            || number > int.MaxValue
            || !Scan.TryInteger(Scan.Word(ref rest), out long references)
            || references is < 0 or > int.MaxValue)
        {
            return false;
        }

        ReadOnlySpan<byte> address = Scan.Word(ref rest);
        ReadOnlySpan<byte> size = Scan.Word(ref rest);
        if (!address.StartsWith("0x"u8)
            || !Scan.TryHex(address, out ulong at)
            || !TrySize(size, out long bytes, out bool isRounded))
        {
            return false;
        }

        ReadOnlySpan<byte> name = Scan.Word(ref rest);
        ReadOnlySpan<byte> path = Scan.Trim(rest);
        if (path.Length > 2 && path[0] == '(' && path[^1] == ')')
        {
            path = path[1..^1];
        }
        else if (!path.IsEmpty)
        {
            return false;
        }

        fields = new FileFields
        {
            Id = (int)number,
            References = (int)references,
            Address = at,
            Size = bytes,
            IsRounded = isRounded,
            Name = name,
            Path = path,
        };
        return !name.IsEmpty;
    }

    /// <summary>Hexadecimal; with <c>-h</c> a rounded number with its unit.</summary>
    private static bool TrySize(ReadOnlySpan<byte> text, out long bytes, out bool isRounded)
    {
        if (Scan.TryHex(text, out ulong exact) && exact <= long.MaxValue)
        {
            bytes = (long)exact;
            isRounded = false;
            return true;
        }

        return Scan.TrySize(text, out bytes, out isRounded) && isRounded;
    }

    private ref struct FileFields
    {
        public int Id;
        public int References;
        public ulong Address;
        public long Size;
        public bool IsRounded;
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Path;
    }
}
