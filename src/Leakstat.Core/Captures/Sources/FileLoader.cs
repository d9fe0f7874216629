using System.Buffers;
using System.IO.Compression;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>Takes a stream into memory, unpacked, within bounds.</summary>
internal static class FileLoader
{
    /// <summary>
    /// Reads a file, of gzip or Zstandard what is inside. Never throws for what a file or disk may do.
    /// </summary>
    /// <param name="node">The file.</param>
    /// <param name="most">Bytes to take at most.</param>
    /// <param name="context">Bounds and decompressor.</param>
    public static FileContent Load(ISourceNode node, int most, ReadContext context)
    {
        if (node.Refusal is { } refusal)
        {
            return new FileContent(default, ContentKind.Binary, LoadProblem.Unreadable, refusal);
        }

        try
        {
            using Stream stream = node.Open();
            return Load(stream, most, context);
        }
        catch (Exception e) when (IsReadFault(e))
        {
            return new FileContent(default, ContentKind.Binary, LoadProblem.Unreadable, FaultText.Of(e));
        }
    }

    /// <summary>As <see cref="Load(ISourceNode, int, ReadContext)"/>, of an open stream.</summary>
    public static FileContent Load(Stream stream, int most, ReadContext context)
    {
        FileContent raw = Take(stream, most);
        ContentKind kind = ContentSniffer.Kind(raw.Bytes.Span);
        return kind is ContentKind.Gzip or ContentKind.Zstd
            ? Unpack(raw, kind, most, context)
            : raw with { Kind = kind };
    }

    /// <summary>Whether an exception is one that files, disks and archives cause.</summary>
    public static bool IsReadFault(Exception e) =>
        e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException
            or EndOfStreamException;

    private static FileContent Unpack(FileContent raw, ContentKind kind, int most, ReadContext context)
    {
        Stream? packed = new MemoryStream(raw.Bytes.ToArray(), writable: false);
        Stream? plain = kind == ContentKind.Gzip
            ? new GZipStream(packed, CompressionMode.Decompress)
            : context.Zstd?.Decompress(packed);
        if (plain is null)
        {
            return new FileContent(default, kind, LoadProblem.MissingProgram, "zstd", kind);
        }

        using (plain)
        {
            FileContent unpacked = Take(plain, most);
            LoadProblem problem = unpacked.Problem;
            if (problem == LoadProblem.Cut && raw.Problem == LoadProblem.TooLarge)
            {
                problem = LoadProblem.TooLarge;
            }

            return unpacked with { Kind = ContentSniffer.Kind(unpacked.Bytes.Span), Problem = problem, Outer = kind };
        }
    }

    private static FileContent Take(Stream stream, int most)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(64 << 10);
        int length = 0;
        LoadProblem problem = LoadProblem.None;
        string? text = null;
        try
        {
            while (true)
            {
                if (length == rented.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(rented.Length * 2);
                    rented.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(rented);
                    rented = larger;
                }

                int room = (int)Math.Min(rented.Length - length, (long)most + 1 - length);
                int got = stream.Read(rented, length, room);
                if (got == 0)
                {
                    break;
                }

                length += got;
                if (length > most)
                {
                    length = most;
                    problem = LoadProblem.TooLarge;
                    break;
                }
            }
        }
        catch (ChecksumException e)
        {
            length = 0;
            problem = LoadProblem.Unreadable;
            text = FaultText.Of(e);
        }
        catch (Exception e) when (IsReadFault(e))
        {
            problem = LoadProblem.Cut;
            text = FaultText.Of(e);
        }

        byte[] bytes = rented.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return new FileContent(bytes, ContentKind.Text, problem, text);
    }
}

/// <summary>A file in memory.</summary>
/// <param name="Bytes">What was read of it, unpacked.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Problem">What went wrong; what was read before is there.</param>
/// <param name="Text">More about the problem: the system's words, the program's name.</param>
/// <param name="Outer">What it was packed with; <see cref="ContentKind.Text"/> for nothing.</param>
internal readonly record struct FileContent(
    ReadOnlyMemory<byte> Bytes, ContentKind Kind, LoadProblem Problem, string? Text, ContentKind Outer =
        ContentKind.Text);

/// <summary>What can go wrong when a file is loaded.</summary>
internal enum LoadProblem
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Longer than the bound.</summary>
    TooLarge,

    /// <summary>Ended by damage.</summary>
    Cut,

    /// <summary>Not to be opened.</summary>
    Unreadable,

    /// <summary>A program is missing that unpacks it.</summary>
    MissingProgram,
}
