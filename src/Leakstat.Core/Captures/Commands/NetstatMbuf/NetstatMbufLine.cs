using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.NetstatMbuf;

/// <summary>What a line of <c>netstat -m</c> is about.</summary>
internal enum MbufLineKind
{
    /// <summary>No line of this command.</summary>
    None,

    /// <summary>Rest of a line that was wrapped: <c>(current/cache)</c>.</summary>
    Wrapped,

    /// <summary>A line whose number is not kept.</summary>
    Other,

    Mbufs,

    /// <summary>Mbufs of 5: <c>26707 mbufs in use</c>.</summary>
    OldMbufs,

    /// <summary>Mbufs of 4: <c>1024/2048/26624 mbufs in use (current/peak/max)</c>.</summary>
    PeakMbufs,

    /// <summary>Clusters of 5: <c>25453/25600 mbuf clusters in use (current/max)</c>.</summary>
    OldClusters,

    /// <summary>Clusters of 4: <c>900/1500/6656 mbuf clusters in use (current/peak/max)</c>.</summary>
    PeakClusters,

    /// <summary>pfSense's dashboard: <c>MBUF Usage 97% (25786/26584)</c>, total and limit of clusters.</summary>
    DashboardClusters,

    /// <summary>Of 5 and older and Junos: <c>12 requests for memory denied</c>, mbufs and clusters together.</summary>
    MemoryDenied,
    Clusters,
    Packets,
    JumboPage,
    Jumbo9,
    Jumbo16,
    Bytes,
    Denied,
    Delayed,
    JumboDenied,
    JumboDelayed,
    SendfileBuffers,
}

/// <summary>One line of <c>netstat -m</c> taken apart: numbers between slashes, and what they are.</summary>
internal ref struct NetstatMbufLine
{
    /// <summary>What it is about.</summary>
    public MbufLineKind Kind;

    /// <summary>Number of numbers.</summary>
    public int Count;

    /// <summary>Whether the label ends with its parenthesis.</summary>
    public bool IsWhole;

    /// <summary>Whether the label says <c>(page size)</c>, which some releases say of all jumbo clusters.</summary>
    public bool SaysPageSize;

    /// <summary>Reads a line into <paramref name="numbers"/> (four are enough).</summary>
    public static NetstatMbufLine Read(ReadOnlySpan<byte> line, Span<long> numbers)
    {
        var result = default(NetstatMbufLine);
        ReadOnlySpan<byte> rest = Scan.Trim(line);
        if (rest.IsEmpty)
        {
            return result;
        }

        if (!Scan.IsDigit(rest[0]))
        {
            if (Scan.StartsWithIgnoreCase(rest, "MBUF Usage"u8) && TryDashboard(rest, numbers))
            {
                return new NetstatMbufLine { Kind = MbufLineKind.DashboardClusters, Count = 2, IsWhole = true };
            }

            result.Kind = rest.StartsWith("(current/"u8) || rest.StartsWith("(mbufs/"u8) || rest.StartsWith("(4k/9k"u8)
                || rest.StartsWith("in use (current"u8)
                ? MbufLineKind.Wrapped
                : MbufLineKind.None;
            return result;
        }

        ReadOnlySpan<byte> figures = Scan.Word(ref rest);
        ReadOnlySpan<byte> label = Scan.Trim(rest);
        bool inKibibytes = false;
        while (result.Count < numbers.Length)
        {
            int slash = figures.IndexOf((byte)'/');
            ReadOnlySpan<byte> figure = slash < 0 ? figures : figures[..slash];
            if (figure.Length > 1 && figure[^1] == 'K')
            {
                inKibibytes = true;
                figure = figure[..^1];
            }

            if (!Scan.TryInteger(figure, out long value))
            {
                return result;
            }

            numbers[result.Count++] = value;
            if (slash < 0)
            {
                result.Kind = KindOf(label, result.Count, inKibibytes);
                result.SaysPageSize = label.IndexOf("k (page size)"u8) > 0;
                result.IsWhole = !label.IsEmpty && label[^1] == ')';
                return result;
            }

            figures = figures[(slash + 1)..];
        }

        return result;
    }

    private static bool TryDashboard(ReadOnlySpan<byte> line, Span<long> numbers)
    {
        int open = line.IndexOf((byte)'(');
        int close = open < 0 ? -1 : line[open..].IndexOf((byte)')');
        ReadOnlySpan<byte> figures = close < 0 ? default : line.Slice(open + 1, close - 1);
        int slash = figures.IndexOf((byte)'/');
        return slash > 0 && Scan.TryInteger(Scan.Trim(figures[..slash]), out numbers[0])
            && Scan.TryInteger(Scan.Trim(figures[(slash + 1)..]), out numbers[1])
            && numbers[0] >= 0 && numbers[1] > 0;
    }

    private static MbufLineKind KindOf(ReadOnlySpan<byte> label, int count, bool inKibibytes)
    {
        if (inKibibytes || label.StartsWith("bytes allocated"u8))
        {
            return inKibibytes && count == 3 && label.StartsWith("bytes allocated to network"u8)
                ? MbufLineKind.Bytes
                : MbufLineKind.None;
        }

        return count switch
        {
            1 => label.SequenceEqual("mbufs in use"u8) ? MbufLineKind.OldMbufs
                : label.SequenceEqual("requests for memory denied"u8) ? MbufLineKind.MemoryDenied
                : IsOther(label) ? MbufLineKind.Other
                : MbufLineKind.None,
            2 => label.StartsWith("mbuf+clusters out of packet"u8) ? MbufLineKind.Packets
                : label.StartsWith("mbuf clusters in use (current/max"u8) ? MbufLineKind.OldClusters
                : MbufLineKind.None,
            3 => label.StartsWith("mbufs in use (current/peak"u8) ? MbufLineKind.PeakMbufs
                : label.StartsWith("mbuf clusters in use (current/peak"u8) ? MbufLineKind.PeakClusters
                : label.StartsWith("mbufs in use"u8) ? MbufLineKind.Mbufs
                : label.StartsWith("sfbufs in use"u8) ? MbufLineKind.SendfileBuffers
                : label.StartsWith("requests for mbufs denied"u8) ? MbufLineKind.Denied
                : label.StartsWith("requests for mbufs delayed"u8) ? MbufLineKind.Delayed
                : label.StartsWith("requests for jumbo clusters denied"u8) ? MbufLineKind.JumboDenied
                : label.StartsWith("requests for jumbo clusters delayed"u8) ? MbufLineKind.JumboDelayed
                : MbufLineKind.None,
            4 => label.StartsWith("mbuf clusters in use"u8) ? MbufLineKind.Clusters : JumboOf(label),
            _ => MbufLineKind.None,
        };
    }

    private static MbufLineKind JumboOf(ReadOnlySpan<byte> label)
    {
        if (label.IndexOf("jumbo clusters in use"u8) < 0)
        {
            return MbufLineKind.None;
        }

        return label.StartsWith("9k "u8) ? MbufLineKind.Jumbo9
            : label.StartsWith("16k "u8) ? MbufLineKind.Jumbo16
            : label.IndexOf("k (page size)"u8) is > 0 and < 4 ? MbufLineKind.JumboPage
            : MbufLineKind.None;
    }

    private static bool IsOther(ReadOnlySpan<byte> label)
    {
        ReadOnlySpan<byte> rest = label;
        ReadOnlySpan<byte> first = Scan.Word(ref rest);
        return first.SequenceEqual("mbufs"u8) ? rest.StartsWith(" allocated to "u8)
            : first.SequenceEqual("KBytes"u8)
            || first.SequenceEqual("Kbytes"u8) ? rest.StartsWith(" allocated to network"u8)
            : first.SequenceEqual("requests"u8) && rest.StartsWith(" for memory de"u8) ? true
            : first.SequenceEqual("sendfile"u8) ? rest.StartsWith(" syscalls"u8)
            : first.SequenceEqual("requests"u8) ? rest.StartsWith(" for sfbufs"u8)
            || rest.StartsWith(" for I/O initiated"u8)
            : first.SequenceEqual("pages"u8) ? label.IndexOf("sendfile"u8) > 0
                || rest.StartsWith(" were valid and substituted"u8)
                || rest.StartsWith(" were requested for read ahead"u8)
            : first.SequenceEqual("times"u8) ? rest.StartsWith(" sendfile encountered"u8)
            : first.SequenceEqual("calls"u8) && rest.StartsWith(" to protocol drain"u8);
    }
}
