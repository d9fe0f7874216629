using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>A dump as it lies in the dump device: between two headers, at the end (<c>sys/sys/kerneldump.h</c>).</summary>
public static class DumpPartition
{
    private const int Block = 512;

    /// <summary>The image of a partition.</summary>
    /// <param name="crashed">Machine.</param>
    /// <param name="body">Dump, not compressed.</param>
    /// <param name="gzip">Compressed by the kernel while dumping.</param>
    /// <param name="keySize">Size of the key of an encrypted dump.</param>
    /// <param name="version">Version of the header: 4, or 1 before 12.</param>
    /// <param name="slack">Bytes of the partition in front of the dump.</param>
    public static byte[] Of(
        CrashedMachine crashed, byte[] body, bool gzip = false, int keySize = 0, uint version = 4, int slack = 1 << 16)
    {
        byte[] stored = gzip ? Gzip(body) : body;
        int extent = (stored.Length + Block - 1) / Block * Block;
        byte[] header = Header(crashed, body.Length, extent, gzip, keySize, version);
        int keyRoom = (keySize + Block - 1) / Block * Block;
        byte[] image = new byte[slack + (2 * Block) + keyRoom + extent];
        header.CopyTo(image, slack);
        for (int i = 0; i < keySize; i++)
        {
            image[slack + Block + i] = (byte)(i * 37);
        }

        stored.CopyTo(image, slack + Block + keyRoom);
        header.CopyTo(image, image.Length - Block);
        return image;
    }

    /// <summary>Compressed as <c>savecore -z</c> does it.</summary>
    public static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Header(CrashedMachine crashed, long length, long extent, bool gzip, int keySize, uint version)
    {
        byte[] h = new byte[Block];
        Text(h, 0, 20, "FreeBSD Kernel Dump");
        Text(h, 20, 12, crashed.Machine.Options.IsArm ? "arm64" : "amd64");
        Number(h, 32, version, 4);
        Number(h, 36, crashed.Machine.Options.IsArm ? 1u : 2, 4);
        Number(h, 40, (ulong)length, 8);
        Number(h, 48, 1795197600, 8);
        if (version == 1)
        {
            Number(h, 56, Block, 4);
            Text(h, 60, 64, "host1.example.org");
            Text(h, 124, 192, crashed.Machine.Release.Version);
            Text(h, 316, 192, crashed.Panic);
        }
        else
        {
            Number(h, 56, (ulong)keySize, 4);
            Number(h, 60, Block, 4);
            Text(h, 64, 64, "host1.example.org");
            Text(h, 128, 192, crashed.Machine.Release.Version);
            Text(h, 320, 175, crashed.Panic);
            h[495] = gzip ? (byte)1 : (byte)0;
            Number(h, 496, (ulong)extent, 8);
        }

        uint parity = 0;
        for (int i = 0; i < Block; i += 4)
        {
            parity ^= BinaryPrimitives.ReadUInt32BigEndian(h.AsSpan(i));
        }

        Number(h, 508, parity, 4);
        return h;
    }

    private static void Number(byte[] to, int at, ulong value, int size)
    {
        for (int i = 0; i < size; i++)
        {
            to[at + i] = (byte)(value >> (8 * (size - 1 - i)));
        }
    }

    private static void Text(byte[] to, int at, int room, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        bytes.AsSpan(0, Math.Min(bytes.Length, room - 1)).CopyTo(to.AsSpan(at));
    }
}
