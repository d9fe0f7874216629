using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Registry;

/// <summary>The commands whose names make a line a command line where the prompt alone does not.</summary>
internal static class CommandNames
{
    private const int LongestName = 24;

    // Those of captures first; then what people type between them.
    private static readonly HashSet<string> s_known =
    [
        "vmstat", "netstat", "sysctl", "top", "ps", "kldstat", "swapinfo", "pstat", "dmesg", "uname", "uptime",
        "zfs-stats", "arc_summary", "arc_summary.py", "arcstat", "arcstat.py", "date", "hostname", "freebsd-version",
        "ifconfig", "mount", "systat", "iostat", "gstat", "nfsstat", "fstat", "sockstat", "procstat", "ipcs",
        "pciconf", "limits", "df", "zpool", "zfs", "camcontrol", "cat", "tail", "head", "grep", "egrep", "less",
        "more", "ls", "cd", "sleep", "while", "for", "sh", "echo", "exit", "logout", "kldload", "kldunload", "kldxref",
        "service", "pkg", "kgdb", "pfctl", "ngctl", "show", "sudo", "doas", "su", "watch", "time", "uniq", "sort",
        "env", "dtrace", "kenv", "geom", "gpart", "bhyvectl", "jls", "jexec", "w", "who",
    ];

    // Names that are no words of prose: a line that holds nothing else is a title.
    private static readonly HashSet<string> s_speaking =
    [
        "vmstat", "netstat", "sysctl", "kldstat", "swapinfo", "pstat", "dmesg", "uname", "zfs-stats", "arc_summary",
        "freebsd-version", "ifconfig", "systat", "iostat", "nfsstat", "fstat", "sockstat", "ipcs",
    ];

    /// <summary>
    /// Whether a known command is the first word, behind <c>sudo</c> and a folder; what follows it is the rest.
    /// </summary>
    public static bool StartsWithKnown(ReadOnlySpan<byte> command, out ReadOnlySpan<byte> rest)
    {
        rest = command;
        return Holds(s_known, First(ref rest));
    }

    /// <summary>Whether the command's name is enough to know that it is one.</summary>
    public static bool IsSpeaking(ReadOnlySpan<byte> command) => Holds(s_speaking, First(ref command));

    private static bool Holds(HashSet<string> names, ReadOnlySpan<byte> word)
    {
        Span<char> text = stackalloc char[LongestName];
        return word.Length <= LongestName
            && Encoding.ASCII.TryGetChars(word, text, out int length)
            && names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[..length]);
    }

    private static ReadOnlySpan<byte> First(ref ReadOnlySpan<byte> command)
    {
        ReadOnlySpan<byte> word = Scan.Word(ref command);
        if (word.SequenceEqual("sudo"u8) || word.SequenceEqual("doas"u8) || word.SequenceEqual("time"u8))
        {
            word = Scan.Word(ref command);
        }

        return word[(word.LastIndexOf((byte)'/') + 1)..];
    }
}
