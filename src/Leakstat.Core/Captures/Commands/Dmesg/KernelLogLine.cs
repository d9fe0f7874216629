using System.Buffers;
using System.Text.Unicode;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// Whether a line of a file that is called <c>dmesg</c> can be the kernel's: what stands there may as well be damage,
/// an error message, or another command's output.
/// </summary>
internal static class KernelLogLine
{
    /// <summary>A driver's name, or that of a part of the kernel.</summary>
    private const int LongestName = 32;

    /// <summary>Odd bytes of a line that is text all the same: devices say their names in any encoding.</summary>
    private const int OddShare = 4;

    private static readonly SearchValues<byte> s_name = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.()/"u8);

    /// <summary>Control characters other than BEL, BS, HT, LF, VT, FF, CR and ESC, which consoles print.</summary>
    private static readonly SearchValues<byte> s_odd =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(b => (byte)b).Except("\a\b\t\n\v\f\r\e"u8.ToArray())]);

    /// <summary>Programs that say under their name why there is no output.</summary>
    private static readonly string[] s_programs =
    [
        "dmesg", "sh", "csh", "tcsh", "bash", "zsh", "ksh", "fish", "ssh", "sudo", "doas", "su", "sysctl", "cat",
        "env", "jexec", "tail", "grep",
    ];

    private static readonly byte[][] s_beginnings =
    [
        "Timecounter"u8.ToArray(), "Event timer "u8.ToArray(), "FreeBSD "u8.ToArray(), "Root mount waiting"u8.ToArray(),
        "All buffers synced"u8.ToArray(), "Waiting (max "u8.ToArray(), "Uptime: "u8.ToArray(), "CPU: "u8.ToArray(),
        "pid "u8.ToArray(),
    ];

    private static readonly byte[][] s_errors =
    [
        "ermission denied"u8.ToArray(), "peration not permitted"u8.ToArray(), "ot found"u8.ToArray(),
        "o such file or directory"u8.ToArray(), "onnection refused"u8.ToArray(), "erification failed."u8.ToArray(),
    ];

    /// <summary>Whether it is text; an empty line is.</summary>
    public static bool IsReadable(ReadOnlySpan<byte> line)
    {
        int odd = 0;
        foreach (byte value in line)
        {
            odd += s_odd.Contains(value) ? 1 : 0;
        }

        if (!Utf8.IsValid(line))
        {
            foreach (byte value in line)
            {
                odd += value >= 0x80 ? 1 : 0;
            }
        }

        return odd == 0 || odd < line.Length / OddShare;
    }

    /// <summary>
    /// <see cref="LineFit.Row"/> where nothing but a kernel says it, <see cref="LineFit.Continues"/> where it has the
    /// form of most messages (<c>em0: link state changed</c>), which other programs have too.
    /// </summary>
    public static LineFit FitOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line[(line.LastIndexOf((byte)0) + 1)..]);
        if (text.IsEmpty || !IsReadable(text))
        {
            return LineFit.None;
        }

        ReadOnlySpan<byte> message = LogPrefix.Strip(text, out bool isLogged);
        return isLogged || KernelMessageText.StartsBuffer(message) || KernelMessageText.IsDistinctive(message)
            || RepeatedMessage.TryRead(text, out _) || BufferSpaceMessage.Is(text) || IsOfDevice(message)
                ? LineFit.Row
            : IsOfPart(message) ? LineFit.Continues
            : LineFit.None;
    }

    /// <summary><c>uart0: &lt;16550 or compatible&gt; port …</c>, <c>ada0 at ahcich0 …</c>.</summary>
    private static bool IsOfDevice(ReadOnlySpan<byte> message)
    {
        int letters = message.IndexOfAnyExceptInRange((byte)'a', (byte)'z');
        if (letters is < 2 or > LongestName)
        {
            return false;
        }

        int digits = message[letters..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is < 1 or > 3)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = message[(letters + digits)..];
        return rest.StartsWith(" at "u8) || rest.StartsWith(" on "u8)
            || (rest.StartsWith(": "u8) && !IsOfTable(rest[2..]));
    }

    /// <summary>What ifconfig(8) says of an interface, and vmstat(8) of a zone: its numbers in columns.</summary>
    private static bool IsOfTable(ReadOnlySpan<byte> said)
    {
        int digits = said.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return said.StartsWith("flags="u8) || said.StartsWith(" "u8)
            || (digits > 0 && said[digits..].StartsWith(","u8));
    }

    private static bool IsOfPart(ReadOnlySpan<byte> message)
    {
        foreach (byte[] error in s_errors)
        {
            if (message.EndsWith(error))
            {
                return false;
            }
        }

        foreach (byte[] beginning in s_beginnings)
        {
            if (message.StartsWith(beginning))
            {
                return true;
            }
        }

        int colon = message.IndexOf(": "u8);
        ReadOnlySpan<byte> name = colon is > 1 and <= LongestName ? message[..colon] : default;
        return !name.IsEmpty && name.IndexOfAnyExcept(s_name) < 0 && !IsProgram(name);
    }

    private static bool IsProgram(ReadOnlySpan<byte> name)
    {
        name = name[(name.LastIndexOf((byte)'/') + 1)..];
        foreach (string program in s_programs)
        {
            if (System.Text.Ascii.Equals(name, program))
            {
                return true;
            }
        }

        return false;
    }
}
