using System.Buffers;
using Leakstat.Captures.Sources;
using Leakstat.Model;

namespace Leakstat.Engines.Http;

/// <summary>
/// The body of an answer that has to be there by a time: the timeout of a client ends with the headers, and a body may
/// drip for ever. One that is late, breaks off or is not compressed as it says is an <see cref="IOException"/>.
/// </summary>
internal sealed class DeadlineStream : ReadingStream
{
    private readonly CancellationTokenSource _late;
    private readonly TimeSpan _time;

    private DeadlineStream(Stream inner, TimeSpan time)
        : base(inner)
    {
        _time = time;
        _late = new CancellationTokenSource(time);
    }

    /// <summary>The body of an answer.</summary>
    /// <param name="response">The answer; the stream does not dispose of it.</param>
    /// <param name="time">Time that the whole body takes at most, from now on.</param>
    public static DeadlineStream Of(HttpResponseMessage response, TimeSpan time) =>
        new(response.Content.ReadAsStream(), time);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        byte[] part = ArrayPool<byte>.Shared.Rent(buffer.Length);
        int read = Read(part, 0, buffer.Length);
        part.AsSpan(0, read).CopyTo(buffer);

        // Not given back after a failure: what was cancelled may still write to it.
        ArrayPool<byte>.Shared.Return(part);
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return Inner.ReadAsync(buffer.AsMemory(offset, count), _late.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e)
        {
            throw new IOException($"not whole after {Display.Duration(_time)}", e);
        }
        catch (Exception e) when (e is InvalidDataException or HttpRequestException)
        {
            throw new IOException(FaultText.Of(e), e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _late.Dispose();
        }

        base.Dispose(disposing);
    }
}
