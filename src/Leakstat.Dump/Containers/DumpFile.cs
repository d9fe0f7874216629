using System.Text;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Model;

namespace Leakstat.Dump.Containers;

/// <summary>What a dump comes in.</summary>
public enum ContainerKind
{
    /// <summary>A minidump: what the kernel uses.</summary>
    Minidump,

    /// <summary>An ELF dump of all memory (<c>debug.minidump=0</c>, QEMU).</summary>
    Elf,

    /// <summary>Memory of a kernel that ran on while it was read, once or several times.</summary>
    Snapshot,
}

/// <summary>The machine of a dump.</summary>
public enum DumpMachine
{
    /// <summary>amd64.</summary>
    Amd64,

    /// <summary>arm64.</summary>
    Arm64,
}

/// <summary>A dump file opened as physical memory, before anything is known of its kernel.</summary>
public sealed class DumpFile : IDisposable
{
    private readonly DumpBytes _bytes;
    private IDisposable? _attached;

    internal DumpFile(DumpBytes bytes)
    {
        _bytes = bytes;
    }

    /// <summary>Path as given.</summary>
    public required string Path { get; init; }

    /// <summary>What it comes in.</summary>
    public required ContainerKind Kind { get; init; }

    /// <summary>The machine.</summary>
    public required DumpMachine Machine { get; init; }

    /// <summary>Version of the minidump's header; 0 for ELF.</summary>
    public uint HeaderVersion { get; init; }

    /// <summary>The pages; of an ELF dump of 4 KiB each until its kernel is known.</summary>
    public required PhysicalMemory Physical { get; init; }

    /// <summary>How many times a snapshot was read to its end; 0 for dumps.</summary>
    public int Passes { get; init; }

    /// <summary>The page tables of a minidump; null for ELF dumps, where the kernel must be known first.</summary>
    public AddressTranslation? Translation { get; init; }

    /// <summary>
    /// The message buffer that stands in front of a minidump's pages, as it lay in memory (a ring); empty elsewhere.
    /// </summary>
    public ReadOnlyMemory<byte> MessageBuffer { get; init; }

    /// <summary>The header on the dump device; null for files that savecore(8) wrote.</summary>
    public KernelDumpHeader? PartitionHeader { get; internal set; }

    /// <summary><c>info.N</c>; null where there is none.</summary>
    public DumpInfo? Info { get; internal set; }

    /// <summary>
    /// Whether it has the name that savecore(8) gives to the dump of a kernel that went on running (<c>savecore
    /// -L</c>).
    /// </summary>
    public bool HasLiveName => System.IO.Path.GetFileName(Path).StartsWith("livecore", StringComparison.Ordinal);

    /// <summary>Bytes of the (expanded) dump.</summary>
    public long Length => _bytes.Length;

    /// <summary>
    /// Whether a name is one that savecore(8) gives to dumps: <c>vmcore.N</c>, <c>vmcore_full.N</c>, <c>livecore.N</c>,
    /// also compressed.
    /// </summary>
    public static bool IsDumpName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && dot + 1 < name.Length
            && char.IsAsciiDigit(name[dot + 1])
            && name[..dot] is "vmcore" or "vmcore_full" or "livecore";
    }

    /// <summary>
    /// Whether a file is a dump by its first bytes (or those of the header at its end), also one that is encrypted or
    /// has no
    /// memory in it; of compressed files only those that are named as savecore(8) names dumps.
    /// </summary>
    public static bool IsDump(string path)
    {
        try
        {
            string name = System.IO.Path.GetFileName(path);
            bool named = name.StartsWith("vmcore", StringComparison.Ordinal)
                || name.StartsWith("livecore", StringComparison.Ordinal);
            if (!System.IO.File.Exists(path))
            {
                return false;
            }

            using DumpBytes bytes = MappedBytes.Open(path);
            return named
                || DumpForms.IsMemory(bytes)
                || (!DumpForms.IsDump(bytes) && bytes.Length >= 1 << 20 && PartitionImage.Find(bytes) is not null);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Opens a dump of any form; null and a fault where that cannot be.</summary>
    public static DumpFile? Open(string path, DumpOptions options, DumpProblems problems, out DumpFault? fault)
    {
        DumpBytes bytes;
        try
        {
            if (Directory.Exists(path))
            {
                fault = new DumpFault(DumpFaultKind.Unreadable, path, "is a folder");
                return null;
            }

            bytes = MappedBytes.Open(path);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            fault = new DumpFault(DumpFaultKind.Unreadable, path, FileFault.Of(e));
            return null;
        }

        DumpFile? file = Open(bytes, options, problems, out fault);
        if (file is not null)
        {
            file.Info = ReadInfo(path, options.Limits, problems);
        }

        return file;
    }

    /// <summary>
    /// Opens a dump that is at hand; takes <paramref name="bytes"/> over, and gives it up where it is no dump.
    /// </summary>
    public static DumpFile? Open(DumpBytes bytes, DumpOptions options, DumpProblems problems, out DumpFault? fault)
    {
        DumpBytes given = bytes;
        if (Snapshot.Is(bytes))
        {
            return OfSnapshot(bytes, options.Pass, out fault);
        }

        if (Expansion.FormOf(bytes.Span(0, 16)) is { } form)
        {
            DumpBytes? expanded = Expansion.Expand(
                bytes.Name, new BytesStream(bytes), form, options, problems, out fault);
            bytes.Dispose();
            if (expanded is null)
            {
                return null;
            }

            bytes = expanded;
        }

        KernelDumpHeader? header = null;
        if (!DumpForms.IsDump(bytes) && PartitionImage.Find(bytes) is { } image)
        {
            header = image.Header;
            if (PartitionImage.Refusal(bytes.Name, header) is { } refusal)
            {
                bytes.Dispose();
                fault = refusal;
                return null;
            }

            var part = new SlicedBytes(bytes, image.Start, image.Length) { Name = bytes.Name };
            if (Expansion.FormOf(part.Span(0, 16)) is { } inner)
            {
                DumpBytes? expanded = Expansion.Expand(
                    bytes.Name, part.ToStream(), inner, options, problems, out fault);
                bytes.Dispose();
                if (expanded is null)
                {
                    return null;
                }

                bytes = expanded;
            }
            else
            {
                bytes = part;
            }
        }

        DumpFile? file = DumpForms.Read(bytes, options.Limits, problems, out fault);
        if (file is null)
        {
            bytes.Dispose();
        }
        else
        {
            file.PartitionHeader = header;
            if (file.Physical.PagesCutOff > 0)
            {
                problems.Add(
                    DiagnosticId.CutFile,
                    given.Name,
                    $"the dump is cut: the last {file.Physical.PagesCutOff} of "
                        + $"{(long)file.Physical.PageCount + file.Physical.PagesCutOff} pages are missing");
            }
        }

        return file;
    }

    /// <summary>Gives up the file, and what was attached.</summary>
    public void Dispose()
    {
        _bytes.Dispose();
        _attached?.Dispose();
    }

    /// <summary>Something that the dump needs as long as it is open.</summary>
    public void Attach(IDisposable attached) => _attached = attached;

    private static DumpFile? OfSnapshot(DumpBytes bytes, int? pass, out DumpFault? fault)
    {
        if (Snapshot.Read(bytes) is not { CompletePasses: > 0 } snapshot
            || snapshot.Memory(pass ?? snapshot.CompletePasses - 1) is not { PageCount: > 0 } physical)
        {
            fault = new DumpFault(
                DumpFaultKind.Damaged,
                bytes.Name,
                "is a snapshot that was not read to its end: the command that began it goes on with it");
            bytes.Dispose();
            return null;
        }

        fault = null;
        return new DumpFile(bytes)
        {
            Path = bytes.Name,
            Kind = ContainerKind.Snapshot,
            Machine = snapshot.IsArm64 ? DumpMachine.Arm64 : DumpMachine.Amd64,
            Physical = physical,
            Passes = snapshot.CompletePasses,
        };
    }

    private static DumpInfo? ReadInfo(string path, DumpLimits limits, DumpProblems problems)
    {
        if (DumpInfo.PathFor(path) is not { } info || !File.Exists(info))
        {
            return null;
        }

        try
        {
            if (new FileInfo(info).Length > limits.InfoBytes)
            {
                problems.Add(DiagnosticId.TooLarge, info, "is too large to be what savecore writes; it is not read");
                return null;
            }

            using DumpBytes text = MappedBytes.Open(info);
            DumpInfo read = DumpInfo.Parse(
                info, Encoding.Latin1.GetString(text.Span(0, (int)Math.Min(text.Length, limits.InfoBytes))));
            if (read["Dump Status"] is { } status && status != "good")
            {
                problems.Add(DiagnosticId.BadDumpStatus, info, $"savecore says that the dump is {status}");
            }

            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(DiagnosticId.UnreadableFile, info, FileFault.Of(e));
            return null;
        }
    }
}

/// <summary>
/// The image of a dump partition: the header at its end tells where the dump lies (<c>sbin/savecore/savecore.c</c>).
/// </summary>
internal static class PartitionImage
{
    /// <summary>The header at the end of the image and where its dump lies; null where there is none.</summary>
    public static (KernelDumpHeader Header, long Start, long Length)? Find(DumpBytes bytes)
    {
        foreach (int sector in (ReadOnlySpan<int>)[512, 4096, 8192, 2048, 1024])
        {
            if (bytes.TrySpan(bytes.Length - sector, KernelDumpHeader.Size, out ReadOnlySpan<byte> last)
                && KernelDumpHeader.Read(last) is { } header)
            {
                ulong extent = header.DumpExtent is > 0 and { } given ? given : header.DumpLength;
                long block = header.BlockSize is >= 512 and <= 1 << 20 ? header.BlockSize : sector;
                if (extent > long.MaxValue / 2)
                {
                    return (header, 0, 0);
                }

                long length = ((long)extent + block - 1) / block * block;
                return (
                    header,
                    bytes.Length - sector - length,
                    (long)Math.Min(extent, header.Compression == 0 ? header.DumpLength : extent));
            }
        }

        // A file that begins with the header: the dump was copied out with it.
        return bytes.TrySpan(0, KernelDumpHeader.Size, out ReadOnlySpan<byte> first)
            && KernelDumpHeader.Read(first) is { } leading
            ? (leading, Math.Max(512, leading.BlockSize) + (long)leading.KeySize, long.MaxValue / 2)
            : null;
    }

    /// <summary>Why the dump behind a header is not read; null where it is.</summary>
    public static DumpFault? Refusal(string name, KernelDumpHeader header)
    {
        if (header.KeySize != 0)
        {
            return new DumpFault(
                DumpFaultKind.Encrypted, name, "the dump is encrypted: save it with savecore(8) and decrypt it with "
                    + "decryptcore(8) and the private key first");
        }

        return header.Magic switch
        {
            "FreeBSD Text Dump" => new(DumpFaultKind.NoMemory, name, "is a text dump of ddb(4): it holds no memory"),
            "Cleared Kernel Dump" => new(DumpFaultKind.NoMemory, name, "the dump on this partition has been cleared"),
            _ => null,
        };
    }
}
