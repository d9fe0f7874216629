using System.Buffers;

namespace Leakstat.Captures.Sources;

/// <summary>
/// The bytes of a tar archive on their way to the base library's reader, which takes as much memory as a header for a
/// long name or for extended attributes claims to need, up to 2 GiB, before it reads any of it. Such a header with
/// more than names need ends the archive here.
/// </summary>
internal sealed class TarGuardStream(Stream inner) : CountingStream(inner)
{
    private const int BlockBytes = 512;
    private const int TypeOffset = 156;
    private const int SizeOffset = 124;
    private const int SizeLength = 12;
    private const long MostBytes = 1 << 20;

    private static readonly SearchValues<byte> s_octal = SearchValues.Create("01234567 \0"u8);

    private readonly byte[] _header = new byte[BlockBytes];
    private int _filled = -1;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        // Which blocks are headers only the reader knows, sizes being stated in several places: it asks for one block.
        // It does not check a header's sum, so that neither can this. Files' contents come in larger pieces.
        if (_filled < 0 && buffer.Length == BlockBytes && Count % BlockBytes == 0)
        {
            _filled = 0;
        }
        else if (_filled >= 0 && buffer.Length != BlockBytes - _filled)
        {
            _filled = -1;
        }

        int got = base.Read(buffer);
        if (_filled >= 0)
        {
            buffer[..got].CopyTo(_header.AsSpan(_filled));
            _filled += got;
            if (_filled == BlockBytes)
            {
                _filled = -1;
                Check(_header);
            }
        }

        return got;
    }

    private static void Check(ReadOnlySpan<byte> header)
    {
        if (header[TypeOffset] is (byte)'x' or (byte)'X' or (byte)'g' or (byte)'L' or (byte)'K'
            && Number(header.Slice(SizeOffset, SizeLength)) > MostBytes)
        {
            throw new InvalidDataException("a header of the archive claims to be larger than any is");
        }
    }

    /// <summary>A number in octal digits, or in binary where the first bit is set (GNU); 0 for anything else.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if (field[0] >= 0x80)
        {
            return long.MaxValue;
        }

        if (field.IndexOfAnyExcept(s_octal) >= 0)
        {
            return 0;
        }

        long value = 0;
        foreach (byte b in field)
        {
            value = b is (byte)' ' or 0 ? value : (value * 8) + (b - '0');
        }

        return value;
    }
}
