using System.Buffers.Binary;
using Leakstat.Dump.Files;

namespace Leakstat.Dump.Containers;

/// <summary>
/// The header that the kernel writes at both ends of a dump on the dump device (<c>struct kerneldumpheader</c>,
/// <c>sys/sys/kerneldump.h</c>); numbers are big-endian. Not part of <c>vmcore.N</c>.
/// </summary>
public sealed record KernelDumpHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 512;

    /// <summary>Magic text: <c>FreeBSD Kernel Dump</c>, <c>FreeBSD Text Dump</c>, <c>Cleared Kernel Dump</c>.</summary>
    public required string Magic { get; init; }

    /// <summary>Bytes of the dump (uncompressed).</summary>
    public required ulong DumpLength { get; init; }

    /// <summary>Bytes the dump takes on the device; null before version 4.</summary>
    public ulong? DumpExtent { get; init; }

    /// <summary>Seconds since 1970, UTC.</summary>
    public required ulong DumpTime { get; init; }

    /// <summary>Bytes of the encrypted key behind the header; 0 where the dump is not encrypted.</summary>
    public uint KeySize { get; init; }

    /// <summary>Bytes of a block of the device.</summary>
    public required uint BlockSize { get; init; }

    /// <summary>Host name.</summary>
    public required string HostName { get; init; }

    /// <summary>The kernel's version text.</summary>
    public required string VersionText { get; init; }

    /// <summary>The panic message.</summary>
    public required string PanicText { get; init; }

    /// <summary>0 none, 1 gzip, 2 zstd.</summary>
    public byte Compression { get; init; }

    /// <summary>Reads a header; null where there is none.</summary>
    public static KernelDumpHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size)
        {
            return null;
        }

        bytes = bytes[..Size];
        string magic = FieldText.Of(bytes[..20]);
        if (magic is not ("FreeBSD Kernel Dump" or "FreeBSD Text Dump" or "Cleared Kernel Dump"))
        {
            return null;
        }

        uint version = BinaryPrimitives.ReadUInt32BigEndian(bytes[32..]);
        bool first = version <= 1;
        return new KernelDumpHeader
        {
            Magic = magic,
            DumpLength = BinaryPrimitives.ReadUInt64BigEndian(bytes[40..]),
            DumpTime = BinaryPrimitives.ReadUInt64BigEndian(bytes[48..]),
            KeySize = first ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes[56..]),
            BlockSize = BinaryPrimitives.ReadUInt32BigEndian(bytes[(first ? 56 : 60)..]),
            HostName = FieldText.Of(bytes.Slice(first ? 60 : 64, 64)),
            VersionText = FieldText.Of(bytes.Slice(first ? 124 : 128, 192)),
            PanicText = FieldText.Of(first ? bytes.Slice(316, 192) : bytes.Slice(320, 175)),
            Compression = version >= 3 ? bytes[495] : (byte)0,
            DumpExtent = version >= 4 ? BinaryPrimitives.ReadUInt64BigEndian(bytes[496..]) : null,
        };
    }
}
