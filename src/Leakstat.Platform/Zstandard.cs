using Leakstat.Captures.Sources;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Leakstat.Platform;

/// <summary>
/// Decompresses Zstandard. What is read of it is bounded by who reads; a frame's window is bounded here.
/// </summary>
public sealed class Zstandard : IZstd
{
    /// <summary>
    /// Largest window (base 2 logarithm of its bytes): what <c>zstd -d</c> takes without being told to take more. A
    /// frame of a few bytes may ask for that much memory.
    /// </summary>
    private const int WindowLog = 27;

    /// <inheritdoc/>
    public Stream Decompress(Stream compressed)
    {
        var decompressor = new Decompressor();
        decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, WindowLog);
        return new Faults(new DecompressionStream(
            compressed, decompressor, bufferSize: 0, checkEndOfStream: true, preserveDecompressor: false,
            leaveOpen: false));
    }

    /// <summary>Says of damaged data what the other decompressors say: <see cref="InvalidDataException"/>.</summary>
    private sealed class Faults(DecompressionStream inner) : ReadingStream(inner)
    {
        public override int Read(Span<byte> buffer)
        {
            try
            {
                return Inner.Read(buffer);
            }
            catch (Exception e) when (e is ZstdException or EndOfStreamException)
            {
                throw new InvalidDataException("the Zstandard data is damaged or cut", e);
            }
        }
    }
}
