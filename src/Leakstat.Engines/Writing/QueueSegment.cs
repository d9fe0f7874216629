using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace Leakstat.Engines.Writing;

/// <summary>
/// One file of a queue: a mark, then records of length, number of samples, checksum and body. A record that was being
/// written when the program was killed fails its checksum, and ends the file.
/// </summary>
internal static class QueueSegment
{
    public const int HeaderBytes = 16;

    /// <summary>Bytes of a body at most; far above what a batch takes.</summary>
    public const int MostBody = 64 << 20;

    private const string Ending = ".segment";

    public static ReadOnlySpan<byte> Mark => "leakstat queue 1"u8;

    /// <summary>Name of the file with that number; names sort as numbers do.</summary>
    public static string PathOf(string folder, long number) =>
        Path.Combine(folder, number.ToString("x16", CultureInfo.InvariantCulture) + Ending);

    /// <summary>Numbers of the files in a folder, ascending.</summary>
    public static List<long> In(string folder)
    {
        List<long> numbers = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Ending))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            if (name.Length == 16
                && long.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long number)
                && number >= 0)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>A record as it stands in the file.</summary>
    public static byte[] Encode(WriteBatch batch)
    {
        byte[] record = new byte[HeaderBytes + batch.Body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, batch.Body.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), batch.Samples);
        batch.Body.Span.CopyTo(record.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(8), Checksum(record));
        return record;
    }

    /// <summary>
    /// The record at the position of a file; null where none stands there whole. The position moves behind it.
    /// </summary>
    public static WriteBatch? Read(FileStream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        int samples = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        if (length is < 1 or > MostBody || samples < 1 || length > file.Length - file.Position)
        {
            return null;
        }

        byte[] record = new byte[HeaderBytes + length];
        header.CopyTo(record);
        file.ReadExactly(record.AsSpan(HeaderBytes));
        return Checksum(record) == BinaryPrimitives.ReadUInt64LittleEndian(header[8..])
            ? new WriteBatch(record.AsMemory(HeaderBytes), samples)
            : null;
    }

    /// <summary>Of everything but the place of the checksum itself.</summary>
    private static ulong Checksum(ReadOnlySpan<byte> record)
    {
        var hash = new XxHash3();
        hash.Append(record[..8]);
        hash.Append(record[HeaderBytes..]);
        return hash.GetCurrentHashAsUInt64();
    }
}
