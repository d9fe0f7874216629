using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Elf;

/// <summary>A section of an ELF file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type (SHT_*).</param>
/// <param name="Flags">Flags (SHF_*).</param>
/// <param name="Address">Address it is linked for.</param>
/// <param name="Offset">Place in the file.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Link">Related section.</param>
public readonly record struct ElfSection(
    string Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link)
{
    /// <summary>Whether it takes memory when loaded (SHF_ALLOC).</summary>
    public bool IsAllocated => (Flags & ElfSectionType.Allocated) != 0;

    /// <summary>Whether it may be written to (SHF_WRITE).</summary>
    public bool IsWritable => (Flags & ElfSectionType.Writable) != 0;

    /// <summary>Whether it has no bytes in the file (SHT_NOBITS: .bss).</summary>
    public bool IsNoBits => Type == ElfSectionType.NoBits;

    /// <summary>Whether its bytes in the file are compressed (SHF_COMPRESSED).</summary>
    public bool IsCompressed => (Flags & ElfSectionType.Compressed) != 0;
}

/// <summary>A program header of an ELF file.</summary>
/// <param name="Type">Type (PT_*).</param>
/// <param name="Offset">Place in the file.</param>
/// <param name="Address">Virtual address.</param>
/// <param name="Physical">Physical address.</param>
/// <param name="FileSize">Bytes in the file.</param>
public readonly record struct ElfSegment(
    uint Type, ulong Offset, ulong Address, ulong Physical, ulong FileSize);

/// <summary>A 64-bit little-endian ELF file: its headers checked against the file, its contents as spans.</summary>
public sealed class ElfFile
{
    private const int HeaderSize = 64;

    private readonly DumpLimits _limits;

    private ElfFile(DumpBytes bytes, DumpLimits limits)
    {
        Bytes = bytes;
        _limits = limits;
    }

    /// <summary>What such a file begins with: ELFMAG, ELFCLASS64, ELFDATA2LSB.</summary>
    private static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    /// <summary>The file.</summary>
    public DumpBytes Bytes { get; }

    /// <summary>Type (ET_*).</summary>
    public required ushort Type { get; init; }

    /// <summary>Machine (EM_*), one of <see cref="ElfMachine"/> where it can be read.</summary>
    public required ushort Machine { get; init; }

    /// <summary>Sections, those with bounds outside the file among them (their contents read as empty).</summary>
    public IReadOnlyList<ElfSection> Sections { get; private set; } = [];

    /// <summary>Program headers.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; private set; } = [];

    /// <summary>What could not be read of the headers; null when all could.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the headers; null where it is no such file.</summary>
    public static ElfFile? Read(DumpBytes bytes, DumpLimits limits)
    {
        if (!bytes.TrySpan(0, HeaderSize, out ReadOnlySpan<byte> header)
            || !header.StartsWith(Magic))
        {
            return null;
        }

        var file = new ElfFile(bytes, limits)
        {
            Type = BinaryPrimitives.ReadUInt16LittleEndian(header[16..]),
            Machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]),
        };
        long sections = (long)BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        long segments = (long)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int segmentSize = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        uint segmentCount = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        int sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]);
        uint sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        uint names = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);

        // Counts that do not fit 16 bits stand in section 0 (System V ABI, "ELF header").
        if (sections > 0
            && sectionSize >= HeaderSize
            && bytes.TrySpan(sections, HeaderSize, out ReadOnlySpan<byte> zero))
        {
            sectionCount = sectionCount == 0
                ? (uint)Math.Min(uint.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(zero[32..]))
                : sectionCount;
            names = names == ElfSectionNumber.Extended ? BinaryPrimitives.ReadUInt32LittleEndian(zero[40..]) : names;
            segmentCount = segmentCount == ElfSectionNumber.Extended
                ? BinaryPrimitives.ReadUInt32LittleEndian(zero[44..])
                : segmentCount;
        }
        else
        {
            sectionCount = 0;
        }

        file.ReadSegments(segments, segmentSize, segmentCount);
        file.ReadSections(sections, sectionSize, sectionCount, names);
        return file;
    }

    /// <summary>The first section of that name; null where there is none.</summary>
    public ElfSection? Find(string name)
    {
        foreach (ElfSection section in Sections)
        {
            if (section.Name == name)
            {
                return section;
            }
        }

        return null;
    }

    /// <summary>
    /// A section's bytes as they stand in the file; empty for .bss, for what lies outside the file, and beyond 2 GiB.
    /// </summary>
    public ReadOnlySpan<byte> Contents(ElfSection section) =>
        !section.IsNoBits && section.Offset <= long.MaxValue && section.Size <= int.MaxValue
        && Bytes.TrySpan((long)section.Offset, (long)section.Size, out ReadOnlySpan<byte> span)
            ? span
            : default;

    /// <summary>
    /// A section's bytes, expanded where the section is compressed (SHF_COMPRESSED with zlib); null where they cannot
    /// be had.
    /// </summary>
    public byte[]? Expanded(ElfSection section)
    {
        ReadOnlySpan<byte> contents = Contents(section);
        if (!section.IsCompressed)
        {
            return contents.IsEmpty ? null : contents.ToArray();
        }

        if (contents.Length < ElfSectionType.CompressionHeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(contents) != ElfSectionType.Zlib)
        {
            return null;
        }

        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(contents[8..]);
        return size <= (ulong)_limits.SectionBytes
            ? Inflate(contents[ElfSectionType.CompressionHeaderBytes..], (int)size)
            : null;
    }

    /// <summary>Expands zlib data to exactly a number of bytes; null where it is damaged or shorter.</summary>
    internal static byte[]? Inflate(ReadOnlySpan<byte> data, int size)
    {
        // zlib cannot expand more than about 1032 times: what claims more is not allocated for.
        if (size < 0 || size / 1100 > data.Length)
        {
            return null;
        }

        byte[] result = new byte[size];
        try
        {
            using var source = new MemoryStream(data.ToArray());
            using var inflater = new ZLibStream(source, CompressionMode.Decompress);
            return inflater.ReadAtLeast(result, size, throwOnEndOfStream: false) == size ? result : null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // The second one is thrown where a header asks for a dictionary.
            return null;
        }
    }

    /// <summary>Text that ends with NUL within a table of strings; empty where there is none.</summary>
    internal static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> table, uint offset, int limit)
    {
        if (offset >= (uint)table.Length)
        {
            return default;
        }

        ReadOnlySpan<byte> rest = table[(int)offset..];
        rest = rest[..Math.Min(rest.Length, limit)];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private void ReadSegments(long offset, int size, uint count)
    {
        if (count == 0)
        {
            return;
        }

        if (size < 56 || count > (uint)_limits.Segments)
        {
            Problem = $"{count} program headers of {size} bytes are not plausible";
            return;
        }

        var segments = new List<ElfSegment>((int)Math.Min(count, Bytes.Length / size + 1));
        for (uint i = 0; i < count; i++)
        {
            if (!Bytes.TrySpan(offset + (i * (long)size), 56, out ReadOnlySpan<byte> row))
            {
                Problem = "the program headers go beyond the end of the file";
                break;
            }

            segments.Add(new ElfSegment(
                BinaryPrimitives.ReadUInt32LittleEndian(row),
                BinaryPrimitives.ReadUInt64LittleEndian(row[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[32..])));
        }

        Segments = segments;
    }

    private void ReadSections(long offset, int size, uint count, uint names)
    {
        if (count == 0)
        {
            return;
        }

        if (count > (uint)_limits.Sections)
        {
            Problem = $"{count} sections are not plausible";
            return;
        }

        var rows = new List<(uint Name, ElfSection Section)>((int)Math.Min(count, Bytes.Length / size + 1));
        for (uint i = 0; i < count; i++)
        {
            if (!Bytes.TrySpan(offset + (i * (long)size), HeaderSize, out ReadOnlySpan<byte> row))
            {
                Problem = "the section headers go beyond the end of the file";
                break;
            }

            rows.Add((BinaryPrimitives.ReadUInt32LittleEndian(row), new ElfSection(
                "",
                BinaryPrimitives.ReadUInt32LittleEndian(row[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[32..]),
                BinaryPrimitives.ReadUInt32LittleEndian(row[40..]))));
        }

        var sections = new ElfSection[rows.Count];
        ReadOnlySpan<byte> table = names < (uint)rows.Count ? Contents(rows[(int)names].Section) : default;
        for (int i = 0; i < sections.Length; i++)
        {
            sections[i] = rows[i].Section with
            {
                Name = Encoding.Latin1.GetString(Name(table, rows[i].Name, _limits.NameBytes)),
            };
        }

        Sections = sections;
    }
}
