namespace Leakstat.Dump.Files;

/// <summary>A part of a file: a dump within the image of a partition.</summary>
internal sealed class SlicedBytes(DumpBytes whole, long start, long length) : DumpBytes
{
    private readonly long _length = Math.Max(0, Math.Min(length, whole.Length - start));

    public override long Length => _length;

    public override ReadOnlySpan<byte> Span(long offset, int length) => offset < 0 || offset >= _length || length <= 0
        ? default
        : whole.Span(start + offset, (int)Math.Min(length, _length - offset));

    /// <summary>The part as a stream.</summary>
    public Stream ToStream() => new BytesStream(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            whole.Dispose();
        }
    }
}

/// <summary>A file of <see cref="DumpBytes"/> read from its start.</summary>
internal sealed class BytesStream(DumpBytes bytes) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        ReadOnlySpan<byte> part = bytes.Span(_position, buffer.Length);
        part.CopyTo(buffer);
        _position += part.Length;
        return part.Length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
