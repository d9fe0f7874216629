using System.Buffers.Binary;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Containers;

/// <summary>Tells the forms of dumps apart, and reads their headers.</summary>
internal static class DumpForms
{
    private const int HeaderBytes = 4096;

    private static ReadOnlySpan<byte> Amd64Magic => "minidump FreeBSD/amd64\0\0"u8;

    private static ReadOnlySpan<byte> Arm64Magic => "minidump FreeBSD/arm64\0\0"u8;

    private static ReadOnlySpan<byte> AnyMagic => "minidump FreeBSD/"u8;

    /// <summary>Whether a file begins as a dump does.</summary>
    public static bool IsDump(DumpBytes bytes)
    {
        ReadOnlySpan<byte> start = bytes.Span(0, 24);
        return start.StartsWith(AnyMagic) || start.StartsWith("\u007fELF"u8) || Snapshot.Is(bytes);
    }

    /// <summary>Whether a file begins as a minidump or as an ELF core file.</summary>
    public static bool IsMemory(DumpBytes bytes)
    {
        ReadOnlySpan<byte> start = bytes.Span(0, 24);
        return start.StartsWith(AnyMagic) || Snapshot.Is(bytes)
            || (start.StartsWith("\u007fELF"u8)
                && start.Length >= 18
                && BinaryPrimitives.ReadUInt16LittleEndian(start[16..]) == 4);
    }

    /// <summary>Reads the header and makes physical memory of the rest.</summary>
    public static DumpFile? Read(DumpBytes bytes, DumpLimits limits, DumpProblems problems, out DumpFault? fault)
    {
        ReadOnlySpan<byte> start = bytes.Span(0, HeaderBytes);
        if (start.StartsWith(AnyMagic))
        {
            if (start.Length < HeaderBytes)
            {
                return Fail(DumpFaultKind.Damaged, bytes.Name, "ends within the header of a minidump", out fault);
            }

            bool amd64 = start.StartsWith(Amd64Magic);
            if (!amd64 && !start.StartsWith(Arm64Magic))
            {
                string machine = System.Text.Encoding.Latin1.GetString(start[AnyMagic.Length..24]).TrimEnd('\0');
                fault = new DumpFault(
                    DumpFaultKind.Unsupported, bytes.Name, $"is a minidump of {machine}; amd64 and arm64 are read");
                return null;
            }

            return ReadMinidump(bytes, start, amd64, limits, problems, out fault);
        }

        if (ElfFile.Read(bytes, limits) is { } elf)
        {
            return ReadElf(bytes, elf, out fault);
        }

        if (start.StartsWith("textdump.tar"u8) || start.Length > 262 && start[257..262].SequenceEqual("ustar"u8))
        {
            return Fail(DumpFaultKind.NoMemory, bytes.Name,
                "is an archive (a text dump of ddb(4)?): it holds no memory", out fault);
        }

        string file = System.IO.Path.GetFileName(bytes.Name);
        return file.StartsWith("vmcore_encrypted", StringComparison.Ordinal)
            ? Fail(
                DumpFaultKind.Encrypted,
                bytes.Name,
                $"the dump is encrypted: decrypt it first with decryptcore -p PRIVATEKEY "
                    + $"-k {file.Replace("vmcore_encrypted", "key", StringComparison.Ordinal)} -e {file} -c vmcore",
                out fault)
            : Fail(DumpFaultKind.NotADump, bytes.Name, "is no kernel dump that leakstat knows", out fault);
    }

    private static DumpFile? ReadMinidump(
        DumpBytes bytes, ReadOnlySpan<byte> start, bool amd64, DumpLimits limits, DumpProblems problems,
        out DumpFault? fault)
    {
        uint version = U32(start, 24);
        uint messages = U32(start, 28);
        uint bitmap = U32(start, 32);
        uint tables = U32(start, 36);
        ulong kernel = U64(start, 40);
        ulong directPhysical = amd64 ? 0 : U64(start, 48);
        ulong direct = U64(start, amd64 ? 48 : 56);
        ulong directEnd = U64(start, amd64 ? 56 : 64);
        uint avail = version >= (amd64 ? 3 : 2) ? U32(start, amd64 ? 64 : 72) : 0;
        int pageSize = !amd64 && version >= 3 && (U32(start, 76) & 3) == 1 ? 16384 : 4096;
        if (version is < 1 or > 3)
        {
            return Fail(DumpFaultKind.Unsupported, bytes.Name,
                $"is a minidump of version {version}; versions 1 to 3 are read", out fault);
        }

        long messagesAt = pageSize;
        long availAt = messagesAt + Round(messages, pageSize);
        long bitmapAt = availAt + Round(avail, pageSize);
        long tablesAt = bitmapAt + Round(bitmap, pageSize);
        long dataAt = tablesAt + Round(tables, pageSize);
        if (bitmap == 0 || bitmap % 8 != 0 || tablesAt > bytes.Length || direct >= directEnd || kernel == 0
            || kernel % (ulong)pageSize != 0 || direct % (ulong)pageSize != 0)
        {
            return Fail(
                DumpFaultKind.Damaged,
                bytes.Name,
                $"the header of the minidump does not fit the file (bitmap {bitmap}, page tables {tables}, "
                    + $"messages {messages} bytes in a file of {bytes.Length})",
                out fault);
        }

        List<(ulong Start, ulong End)> ranges = ReadAvail(bytes, availAt, avail, limits);
        if (BitmapMemory.Read(bytes, bitmapAt, bitmap, dataAt, ranges, pageSize, limits, problems) is not { } physical)
        {
            return Fail(
                DumpFaultKind.Damaged, bytes.Name, "the bitmap claims more pages than a file can hold", out fault);
        }

        TableForm form = !amd64 ? TableForm.Arm64Pages : version == 1 ? TableForm.Amd64Pages : TableForm.Amd64Directory;
        fault = null;
        return new DumpFile(bytes)
        {
            Path = bytes.Name,
            Kind = ContainerKind.Minidump,
            Machine = amd64 ? DumpMachine.Amd64 : DumpMachine.Arm64,
            HeaderVersion = version,
            Physical = physical,
            Translation = new MinidumpTables(
                bytes, tablesAt, Math.Min(tables, Math.Max(0, bytes.Length - tablesAt)), physical, form)
            {
                DirectMapStart = direct,
                DirectMapEnd = directEnd,
                DirectMapPhysical = directPhysical,
                KernelStart = kernel,
            },
            MessageBuffer = bytes.Span(messagesAt, (int)Math.Min(messages, (uint)limits.MessageBytes)).ToArray(),
        };
    }

    private static DumpFile? ReadElf(DumpBytes bytes, ElfFile elf, out DumpFault? fault)
    {
        if (elf.Type != 4)
        {
            string kind = elf.Type switch
            {
                1 => "an object file or module",
                2 => "a program or kernel",
                3 => "a library or module",
                _ => "an ELF file",
            };
            return Fail(DumpFaultKind.NotADump, bytes.Name, $"is {kind}, no dump", out fault);
        }

        if (elf.Machine is not (ElfMachine.Amd64 or ElfMachine.Arm64))
        {
            return Fail(DumpFaultKind.Unsupported, bytes.Name,
                $"is a dump of ELF machine {elf.Machine}; amd64 and arm64 are read", out fault);
        }

        if (elf.Problem is { } problem && elf.Segments.Count == 0)
        {
            return Fail(DumpFaultKind.Damaged, bytes.Name, problem, out fault);
        }

        IEnumerable<DumpSegment> segments = elf.Segments
            .Where(s => s.Type == ElfSegmentType.Load && s.FileSize is > 0 and <= long.MaxValue
                && s.Offset <= long.MaxValue)
            .Select(s => new DumpSegment(s.Physical, (long)s.Offset, (long)s.FileSize));
        SegmentMemory? physical = SegmentMemory.Read(bytes, segments, 4096);
        if (physical is null || physical.PageCount == 0)
        {
            return Fail(DumpFaultKind.Damaged, bytes.Name, "the ELF dump has no memory in it", out fault);
        }

        fault = null;
        return new DumpFile(bytes)
        {
            Path = bytes.Name,
            Kind = ContainerKind.Elf,
            Machine = elf.Machine == ElfMachine.Amd64 ? DumpMachine.Amd64 : DumpMachine.Arm64,
            Physical = physical,
        };
    }

    /// <summary>Pairs of start and end, ended by zeros.</summary>
    private static List<(ulong Start, ulong End)> ReadAvail(DumpBytes bytes, long offset, uint size, DumpLimits limits)
    {
        var ranges = new List<(ulong, ulong)>();
        for (int i = 0; i + 16 <= size && ranges.Count < limits.PhysicalRanges; i += 16)
        {
            if (!bytes.TryReadUInt64(offset + i, out ulong first) || !bytes.TryReadUInt64(offset + i + 8, out ulong end)
                || end == 0)
            {
                break;
            }

            ranges.Add((first, end));
        }

        return ranges;
    }

    private static DumpFile? Fail(DumpFaultKind kind, string name, string text, out DumpFault? fault)
    {
        fault = new DumpFault(kind, name, text);
        return null;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    private static long Round(uint size, int page) => ((long)size + page - 1) / page * page;
}
