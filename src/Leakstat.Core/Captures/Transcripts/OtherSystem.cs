using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>A system other than FreeBSD that a text says it is of.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Line">The line that says so.</param>
internal sealed record OtherSystem(string Name, int Line)
{
    /// <summary>Names at the start of what uname(1) and version files print, each with a number behind.</summary>
    private static readonly (byte[] Start, string Name)[] s_names =
    [
        ([.. "Linux "u8], "Linux"), ([.. "NetBSD "u8], "NetBSD"), ([.. "OpenBSD "u8], "OpenBSD"),
        ([.. "DragonFly "u8], "DragonFly BSD"), ([.. "Darwin "u8], "macOS"), ([.. "SunOS "u8], "Solaris or illumos"),
    ];

    /// <summary>
    /// The system that a text names by what only that system prints; null where it names none, or FreeBSD as well.
    /// </summary>
    public static OtherSystem? Of(ReadOnlySpan<byte> text)
    {
        if (NamesFreeBsd(text))
        {
            return null;
        }

        var lines = new LineReader(text, 1, null);
        while (lines.Read())
        {
            if (NameOf(WithoutNumber(Scan.Trim(lines.Line))) is { } name)
            {
                return new OtherSystem(name, lines.Number);
            }
        }

        return null;
    }

    /// <summary>Whether FreeBSD is named with a release, or at the start of a line as uname(1) does.</summary>
    private static bool NamesFreeBsd(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> name = "FreeBSD "u8;
        for (int at = text.IndexOf(name); at >= 0;)
        {
            ReadOnlySpan<byte> rest = text[(at + name.Length)..];
            if (at == 0 || text[at - 1] == '\n' || (!rest.IsEmpty && Scan.IsDigit(rest[0])))
            {
                return true;
            }

            int next = rest.IndexOf(name);
            at = next < 0 ? -1 : at + name.Length + next;
        }

        return false;
    }

    private static string? NameOf(ReadOnlySpan<byte> line)
    {
        foreach ((byte[] start, string name) in s_names)
        {
            if (line.StartsWith(start) && HasVersion(line[start.Length..]))
            {
                return name;
            }
        }

        return IsLinux(line) ? "Linux"
            : line.StartsWith("Memory: Real: "u8) ? "OpenBSD"
            : line.StartsWith("Memory: "u8) && line.IndexOf(" phys mem, "u8) > 0 ? "Solaris or illumos"
            : line.EndsWith(" mbuf 2KB clusters in use"u8) ? "macOS"
            : line.StartsWith("Memory: "u8) && line.IndexOf("K Exec, "u8) + line.IndexOf("M Exec, "u8) > 0 ? "NetBSD"
            : null;
    }

    /// <summary>/proc/meminfo, free(1), and the two forms of Linux's top(1).</summary>
    private static bool IsLinux(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        return (line.StartsWith("MemTotal:"u8) && line.EndsWith(" kB"u8))
            || (line.Length > 7 && line[1..].StartsWith("iB Mem"u8) && line[0] is (byte)'K' or (byte)'M' or (byte)'G')
            || (line.StartsWith("Mem:"u8) && line.IndexOf("k total,"u8) > 0)
            || (Scan.Word(ref rest).SequenceEqual("total"u8) && Scan.Word(ref rest).SequenceEqual("used"u8)
                && Scan.Word(ref rest).SequenceEqual("free"u8) && Scan.Word(ref rest).SequenceEqual("shared"u8));
    }

    /// <summary>Whether a version comes next, or behind the name of the host: <c>5.0.15-1-pve</c>.</summary>
    private static bool HasVersion(ReadOnlySpan<byte> rest)
    {
        for (int i = 0; i < 2; i++)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref rest);
            if (word.Length > 2 && Scan.IsDigit(word[0]) && word.Contains((byte)'.'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A line of a page that numbers its lines: <c>5. Linux 5.0.15-1-pve</c>.</summary>
    private static ReadOnlySpan<byte> WithoutNumber(ReadOnlySpan<byte> line)
    {
        int digits = line.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits is > 0 and < 6 && line[digits..].StartsWith(". "u8) ? Scan.Trim(line[(digits + 2)..]) : line;
    }
}
