using System.IO.Compression;
using Leakstat.Dump.Inputs;
using Leakstat.Model;

namespace Leakstat.Dump.Files;

/// <summary>
/// Compressed dumps are expanded into a sparse temporary file, which is mapped and goes away when closed.
/// </summary>
internal static class Expansion
{
    private const int Block = 64 << 10;
    private const long LookAtRoom = 64L << 20;
    private const long LeastRoom = 128L << 20;

    /// <summary>The form a file is compressed in, by its first bytes; null where it is not.</summary>
    public static string? FormOf(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 0x08]))
        {
            return "gzip";
        }

        // A frame, or a skippable frame in front of it (RFC 8878, 3.1).
        bool frame = start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]);
        bool skippable = start.Length >= 4
            && (start[0] & 0xf0) == 0x50
            && start[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18]);
        return frame || skippable ? "zstd" : null;
    }

    /// <summary>
    /// Expands; null and a fault where nothing of it can be had. A damaged end leaves what stands before it, with a
    /// note.
    /// </summary>
    public static DumpBytes? Expand(
        string name, Stream compressed, string form, DumpOptions options, DumpProblems problems, out DumpFault? fault)
    {
        fault = null;
        Stream? source = form == "gzip"
            ? new GZipStream(compressed, CompressionMode.Decompress)
            : options.Zstd?.Invoke(compressed);
        if (source is null)
        {
            fault = new DumpFault(
                DumpFaultKind.Compression, name, "is compressed with Zstandard, and the program zstd is not installed");
            return null;
        }

        string path = Path.Combine(
            options.TemporaryDirectory ?? Path.GetTempPath(), $"leakstat-{Path.GetRandomFileName()}");
        FileStream? target = null;
        try
        {
            long length = 0;
            string? problem = null;
            using (source)
            {
                target = CreateUnnamed(path);
                problem = Copy(source, target, options.Limits.ExpandedBytes, out length);
            }

            if (problem is not null)
            {
                if (length == 0)
                {
                    fault = new DumpFault(DumpFaultKind.Compression, name, $"cannot be expanded: {problem}");
                    target.Dispose();
                    return null;
                }

                problems.Add(
                    DiagnosticId.CutFile, name, $"{problem}; the first {length} bytes of the expanded dump are used");
            }

            return MappedBytes.Of(target, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            target?.Dispose();
            fault = new DumpFault(
                DumpFaultKind.Compression,
                name,
                $"cannot be expanded into {Path.GetDirectoryName(path)}: {FileFault.Of(e)}; TMPDIR names "
                    + "another folder");
            return null;
        }
    }

    /// <summary>
    /// A file for this user alone (a dump is the kernel's memory), without a name from the beginning: whatever ends
    /// this
    /// program, nothing is left of it.
    /// </summary>
    private static FileStream CreateUnnamed(string path)
    {
        var create = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 1,
        };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, create);
        File.Delete(path);
        return file;
    }

    private static string? Copy(Stream source, FileStream target, long limit, out long length)
    {
        byte[] buffer = new byte[Block];
        length = 0;
        long written = 0;
        string? problem = null;
        while (problem is null)
        {
            int got = 0;
            try
            {
                got = source.ReadAtLeast(buffer, Block, throwOnEndOfStream: false);
            }
            catch (InvalidDataException)
            {
                problem = "the compressed data is damaged or cut";
                break;
            }

            if (got == 0)
            {
                break;
            }

            if (length > limit - got)
            {
                problem = $"it expands to more than {limit} bytes";
                break;
            }

            // Blocks of zeros stay holes.
            if (buffer.AsSpan(0, got).ContainsAnyExcept((byte)0))
            {
                if (written % LookAtRoom == 0 && RoomBeside(target.Name) < LeastRoom)
                {
                    problem = $"less than {LeastRoom >> 20} MiB are left in the temporary folder; TMPDIR names another";
                    break;
                }

                target.Position = length;
                target.Write(buffer, 0, got);
                written += Block;
            }

            length += got;
        }

        target.SetLength(length);
        return problem;
    }

    private static long RoomBeside(string path) => new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
}
