using System.IO.Hashing;

namespace Leakstat.Captures.Sources;

/// <summary>
/// An entry of an archive is not what its checksum is of: nothing of it can be trusted, whichever part is wrong.
/// </summary>
internal sealed class ChecksumException() : IOException("its checksum is wrong");

/// <summary>
/// An entry of a zip archive; at its end the checksum is compared, which <c>ZipArchive</c> does not do.
/// </summary>
/// <param name="entry">The entry, unpacked.</param>
/// <param name="expected">CRC-32 that the archive gives.</param>
internal sealed class ChecksumStream(Stream entry, uint expected) : Stream
{
    private readonly Crc32 _sum = new();

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int got = entry.Read(buffer);
        _sum.Append(buffer[..got]);
        if (got == 0 && buffer.Length > 0 && _sum.GetCurrentHashAsUInt32() != expected)
        {
            throw new ChecksumException();
        }

        return got;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            entry.Dispose();
        }

        base.Dispose(disposing);
    }
}
