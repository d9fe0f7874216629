using System.Buffers;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Sources;

/// <summary>What a file holds, told by its first bytes and never by its name.</summary>
internal enum ContentKind
{
    /// <summary>Text, as far as one can see.</summary>
    Text,

    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>Zstandard.</summary>
    Zstd,

    /// <summary>zip.</summary>
    Zip,

    /// <summary>tar.</summary>
    Tar,

    /// <summary>A kernel's crash dump, or an ELF file (a kernel, a full dump).</summary>
    Dump,

    /// <summary>Something binary that leakstat does not read.</summary>
    Binary,
}

/// <summary>Tells kinds of content apart.</summary>
internal static class ContentSniffer
{
    /// <summary>Control characters that no text holds: all but BEL, BS, HT, LF, VT, FF, CR and ESC.</summary>
    private static readonly SearchValues<byte> s_odd =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(b => (byte)b).Except("\a\b\t\n\v\f\r\e"u8.ToArray())]);

    /// <summary>Bytes that <see cref="Kind"/> needs to see.</summary>
    public const int HeadBytes = 512;

    /// <summary>The kind; <paramref name="head"/> is the start of the file, all of it if it is shorter.</summary>
    public static ContentKind Kind(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            return ContentKind.Empty;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return ContentKind.Gzip;
        }

        // A frame, or a skippable frame in front of one.
        if (head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
            || (head.Length >= 4
            && (head[0] & 0xf0) == 0x50
            && head[1..].StartsWith((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18])))
        {
            return ContentKind.Zstd;
        }

        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
        {
            return ContentKind.Zip;
        }

        if (IsTar(head))
        {
            return ContentKind.Tar;
        }

        if (head.StartsWith("\u007fELF"u8) || head.StartsWith("minidump FreeBSD"u8)
            || head.StartsWith("FreeBSD Kernel Dump"u8))
        {
            return ContentKind.Dump;
        }

        return IsBinary(head) || UnreadCompression(head) is not null ? ContentKind.Binary : ContentKind.Text;
    }

    /// <summary>Name of a compression that is recognised and not read; null for others.</summary>
    public static string? UnreadCompression(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]))
        {
            return "xz";
        }

        if (head.StartsWith("BZh"u8) && head.Length > 4 && head[4..].StartsWith("1AY&SY"u8))
        {
            return "bzip2";
        }

        return head.StartsWith((ReadOnlySpan<byte>)[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) ? "7z" : null;
    }

    private static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadBytes)
        {
            return false;
        }

        if (head[257..].StartsWith("ustar"u8))
        {
            return true;
        }

        // Archives older than POSIX have no magic; the header's own sum is as good.
        int sum = 0;
        for (int i = 0; i < HeadBytes; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : head[i];
        }

        int stated = 0;
        int digits = 0;
        foreach (byte b in head[148..156])
        {
            if (b is >= (byte)'0' and <= (byte)'7')
            {
                stated = (stated * 8) + (b - '0');
                digits++;
            }
            else if (b is not ((byte)' ' or 0))
            {
                return false;
            }
        }

        return digits > 0 && stated == sum && head[0] != 0;
    }

    private static bool IsBinary(ReadOnlySpan<byte> head)
    {
        if (TextDecoding.IsWide(head))
        {
            return false;
        }

        // A hole that a crash left in a log, or a paste of one, is a long run of zeros in what is text all the same: it
        // counts once.
        int odd = 0;
        int at = 0;
        while (head[at..].IndexOfAny(s_odd) is >= 0 and var next)
        {
            at += next;
            odd++;
            int run = head[at] == 0 ? head[at..].IndexOfAnyExcept((byte)0) : 1;
            if (run < 0)
            {
                break;
            }

            at += run;
        }

        return odd > head.Length / 8;
    }
}
