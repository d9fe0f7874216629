using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Known;

/// <summary>Lines by which outputs are told that have no heading, or none with fixed words.</summary>
internal static class KnownLines
{
    /// <summary><c>vtnet0: flags=1008843&lt;UP,…&gt; metric 0 mtu 1500</c>.</summary>
    public static bool IsInterface(ReadOnlySpan<byte> line)
    {
        int flags = line.IndexOf(": flags="u8);
        return flags is > 0 and <= 16 && !line[..flags].Contains((byte)' ') && line[flags..].Contains((byte)'<');
    }

    /// <summary><c>tcp:</c> alone on a line.</summary>
    public static bool IsProtocol(ReadOnlySpan<byte> line) =>
        line.Length is > 2 and < 8
        && line[^1] == ':'
        && (line.SequenceEqual("tcp:"u8)
            || line.SequenceEqual("udp:"u8)
            || line.SequenceEqual("ip:"u8)
            || line.SequenceEqual("icmp:"u8)
            || line.SequenceEqual("igmp:"u8)
            || line.SequenceEqual("ip6:"u8)
            || line.SequenceEqual("icmp6:"u8)
            || line.SequenceEqual("sctp:"u8)
            || line.SequenceEqual("arp:"u8));

    /// <summary><c> 51/32173 files</c>.</summary>
    public static bool IsFileTable(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> counts = Scan.Word(ref rest);
        int slash = counts.IndexOf((byte)'/');
        return slash > 0
            && Scan.IsDigit(counts[0])
            && Scan.IsDigit(counts[slash - 1] == 'M' ? (byte)'0' : counts[slash - 1])
            && (Scan.Trim(rest).SequenceEqual("files"u8) || Scan.Trim(rest).SequenceEqual("swap space"u8));
    }

    /// <summary>Heading of df(1).</summary>
    public static bool IsFileSystemHeading(ReadOnlySpan<byte> line) =>
        line.StartsWith("Filesystem "u8) && line.IndexOf(" Mounted on"u8) > 0;

    /// <summary><c>  pool: tank</c>.</summary>
    public static bool IsPool(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        return line.StartsWith("  pool: "u8)
            && Scan.Word(ref rest).Length > 0
            && Scan.Word(ref rest).Length > 0
            && Scan.IsEmpty(rest);
    }

    /// <summary>Root of devinfo(8).</summary>
    public static bool IsDeviceTree(ReadOnlySpan<byte> line) => line.SequenceEqual("nexus0"u8);

    /// <summary><c>em0@pci0:0:25:0:	class=0x020000 …</c>.</summary>
    public static bool IsPciDevice(ReadOnlySpan<byte> line)
    {
        int at = line.IndexOf("@pci"u8);
        return at is > 0 and <= 16 && line[at..].IndexOf("class=0x"u8) > 0;
    }

    /// <summary><c>&lt;QEMU HARDDISK&gt; at scbus0 target 0 lun 0</c>.</summary>
    public static bool IsScsiDevice(ReadOnlySpan<byte> line) =>
        line.StartsWith("<"u8) && line.IndexOf("> at scbus"u8) > 0;

    /// <summary>Head of a table of gpart(8).</summary>
    public static bool IsPartitionTable(ReadOnlySpan<byte> line) =>
        line.StartsWith("=>"u8)
            && (line.EndsWith(")"u8) && (line.IndexOf("  GPT  "u8) > 0 || line.IndexOf("  MBR  "u8) > 0));
}
