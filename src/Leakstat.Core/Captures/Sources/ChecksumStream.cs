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
internal sealed class ChecksumStream(Stream entry, uint expected) : ReadingStream(entry)
{
    private readonly Crc32 _sum = new();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int got = Inner.Read(buffer);
        _sum.Append(buffer[..got]);
        if (got == 0 && buffer.Length > 0 && _sum.GetCurrentHashAsUInt32() != expected)
        {
            throw new ChecksumException();
        }

        return got;
    }
}
