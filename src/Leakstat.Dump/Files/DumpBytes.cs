using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Leakstat.Dump.Files;

/// <summary>
/// A file (mapped into memory) or an array, read at any place through spans that are always within it. Nothing here
/// throws
/// for a place outside: the span is shorter or empty. Not to be used after it is disposed of.
/// </summary>
public abstract class DumpBytes : IDisposable
{
    /// <summary>Name for messages: the path as given.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes.</summary>
    public abstract long Length { get; }

    /// <summary>
    /// The bytes from <paramref name="offset"/>, at most <paramref name="length"/>: shorter at the end of the file,
    /// empty outside.
    /// </summary>
    public abstract ReadOnlySpan<byte> Span(long offset, int length);

    /// <summary>
    /// Exactly <paramref name="length"/> bytes; false (and an empty span) where the file does not have them all.
    /// </summary>
    public bool TrySpan(long offset, long length, out ReadOnlySpan<byte> span)
    {
        if (length is < 0 or > int.MaxValue || offset < 0 || offset > Length - length)
        {
            span = default;
            return false;
        }

        span = Span(offset, (int)length);
        return span.Length == length;
    }

    /// <summary>A little-endian number; 0 and false outside.</summary>
    public bool TryReadUInt64(long offset, out ulong value)
    {
        bool is8 = TrySpan(offset, 8, out ReadOnlySpan<byte> span);
        value = is8 ? BinaryPrimitives.ReadUInt64LittleEndian(span) : 0;
        return is8;
    }

    /// <summary>A little-endian number; 0 and false outside.</summary>
    public bool TryReadUInt32(long offset, out uint value)
    {
        bool is4 = TrySpan(offset, 4, out ReadOnlySpan<byte> span);
        value = is4 ? BinaryPrimitives.ReadUInt32LittleEndian(span) : 0;
        return is4;
    }

    /// <summary>Gives up the file.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives up the file.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>An array as a file: for what was expanded into memory, and for tests.</summary>
    public static DumpBytes Of(string name, byte[] bytes) => new ArrayBytes(bytes) { Name = name };

    private sealed class ArrayBytes(byte[] bytes) : DumpBytes
    {
        public override long Length => bytes.Length;

        public override ReadOnlySpan<byte> Span(
            long offset, int length) => offset < 0 || offset >= bytes.Length || length <= 0
            ? default
            : MemoryMarshal.CreateReadOnlySpan(ref bytes[offset], (int)Math.Min(length, bytes.Length - offset));

        protected override void Dispose(bool disposing)
        {
        }
    }
}
