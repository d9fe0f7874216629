using System.Buffers;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Sysctl;

/// <summary>Takes <c>name: value</c> and <c>name=value</c> of sysctl(8) apart (<c>sbin/sysctl/sysctl.c</c>).</summary>
internal static class SysctlLine
{
    /// <summary>
    /// Characters of names. Zone nodes keep all but <c>. / \ blank -</c> of the zone's name, so commas, brackets and
    /// the like occur behind <c>vm.uma.</c>.
    /// </summary>
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.%-:,+#@()[]<>*&!"u8);

    /// <summary>Roots of the tree: those of the kernel, and those that drivers and modules are known to add.</summary>
    private static readonly string[] Roots =
    [
        "kern", "vm", "vfs", "net", "hw", "dev", "debug", "machdep", "kstat", "security", "compat", "user",
        "p1003_1b", "sysctl", "cam", "hptmv", "hptnr", "hptrr", "hpt27xx", "dtrace", "efi", "lkpi", "linuxkpi",
    ];

    private const int LongestRoot = 16;

    private static readonly byte[][][] s_rootsByLength =
    [
        .. Enumerable.Range(0, LongestRoot).Select(length =>
            Roots.Where(root => root.Length == length).Select(System.Text.Encoding.ASCII.GetBytes).ToArray()),
    ];

    /// <summary>Whether the text begins with a known root and a dot.</summary>
    public static bool HasKnownRoot(ReadOnlySpan<byte> name)
    {
        int dot = name[..Math.Min(name.Length, LongestRoot)].IndexOf((byte)'.');
        if (dot <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> root = name[..dot];
        foreach (byte[] known in s_rootsByLength[dot])
        {
            if (root.SequenceEqual(known))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Finds name and value. The name is a dotted one; the value may be empty. <paramref name="valueStart"/> is its
    /// place in the line, blanks in front not among it. False for anything else, a quoted value
    /// (<c>loader.conf</c>) among it.
    /// </summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out int valueStart)
    {
        name = default;
        valueStart = 0;
        int end = line.IndexOfAnyExcept(NameBytes);
        bool isAssignment = end > 0 && line[end] == '=' && line[end - 1] != ':';
        if (isAssignment)
        {
            valueStart = end + 1;
            if (valueStart < line.Length && line[valueStart] is (byte)'"' or (byte)'\'')
            {
                return false;
            }
        }
        else
        {
            // "name: value" ends its name at the first colon with a blank, or the line's end, behind it.
            int colon = (end < 0 ? line.Length : end) - 1;
            if (colon <= 0 || line[colon] != ':' || (end >= 0 && !Scan.IsBlank(line[end])))
            {
                return false;
            }

            end = colon;
            valueStart = colon + 1;
            if (valueStart < line.Length)
            {
                valueStart++;
            }
        }

        name = line[..end];
        int dot = name.IndexOf((byte)'.');
        return dot > 0 && name[^1] != '.' && IsNameStart(name[0]);
    }

    private static bool IsNameStart(byte value) =>
        value is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (byte)'_';
}
