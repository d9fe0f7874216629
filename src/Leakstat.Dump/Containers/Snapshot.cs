using System.Buffers.Binary;
using System.Text;
using Leakstat.Dump.Files;

namespace Leakstat.Dump.Containers;

/// <summary>
/// The file that a running kernel's memory is read into, once or several times: a page that says of what, then frames
/// of pages in the order they came. It is only ever added to, so that what was read before a connection broke is
/// kept.
/// </summary>
/// <remarks>
/// All numbers are little-endian. The first page begins with <see cref="Magic"/>, then lines <c>name=value</c>, then
/// zeros. A frame begins with a page of its own: <see cref="FrameMagic"/>, the number of the pass (from 0), the
/// number of runs, then for each run the physical address of its first page and its pages; the pages follow. A frame
/// without runs ends its pass.
/// </remarks>
public sealed class Snapshot
{
    /// <summary>Bytes of a page, of the header and of a frame's head.</summary>
    public const int PageSize = 4096;

    /// <summary>Runs of one frame.</summary>
    public const int MostRuns = (PageSize - RunsAt) / RunSize;

    /// <summary>Passes of one file.</summary>
    public const int MostPasses = 64;

    internal const int RunsAt = 16;
    internal const int RunSize = 16;

    private const int MostPages = 1 << 20;

    private readonly List<DumpSegment>[] _segments;
    private readonly DumpBytes _bytes;

    private Snapshot(
        DumpBytes bytes,
        IReadOnlyDictionary<string, string> values,
        List<DumpSegment>[] segments,
        int complete,
        long end)
    {
        _bytes = bytes;
        Values = values;
        _segments = segments;
        CompletePasses = complete;
        End = end;
    }

    /// <summary>How the file begins.</summary>
    public static ReadOnlySpan<byte> Magic => "leakstat snapshot 1\n"u8;

    internal static ReadOnlySpan<byte> FrameMagic => "LSFRAME\0"u8;

    /// <summary>What the first page says: <c>architecture</c>, <c>boot</c>, <c>target</c>, <c>version</c>.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    /// <summary>Whether it is of arm64; of amd64 otherwise.</summary>
    internal bool IsArm64 => Values.GetValueOrDefault("architecture") == "arm64";

    /// <summary>Passes that were read to their end.</summary>
    public int CompletePasses { get; }

    /// <summary>Where the last whole frame ends; what stands behind it was cut off.</summary>
    public long End { get; }

    /// <summary>Whether a file begins as one.</summary>
    public static bool Is(DumpBytes bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return bytes.Span(0, Magic.Length).SequenceEqual(Magic);
    }

    /// <summary>
    /// Reads the frames' heads; null where it is no snapshot. Ends at the first frame that is not whole.
    /// </summary>
    public static Snapshot? Read(DumpBytes bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (!Is(bytes) || bytes.Length < PageSize)
        {
            return null;
        }

        var segments = new List<List<DumpSegment>>();
        int complete = 0;
        long at = PageSize;
        while (bytes.TrySpan(at, PageSize, out ReadOnlySpan<byte> head) && head.StartsWith(FrameMagic))
        {
            uint pass = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
            uint runs = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]);
            if (pass != complete || pass >= MostPasses || runs > MostRuns)
            {
                break;
            }

            if (segments.Count <= pass)
            {
                segments.Add([]);
            }

            if (!TryRuns(head, (int)runs, at + PageSize, segments[(int)pass], out long next) || next > bytes.Length)
            {
                break;
            }

            complete += runs == 0 ? 1 : 0;
            at = next;
        }

        return new Snapshot(bytes, ReadValues(bytes.Span(0, PageSize)), [.. segments], complete, at);
    }

    /// <summary>The memory of a pass; null where nothing of it was read.</summary>
    internal SegmentMemory? Memory(int pass) => pass >= 0 && pass < _segments.Length && _segments[pass].Count > 0
        ? SegmentMemory.Read(_bytes, _segments[pass].Where(s => s.Offset + s.Length <= End), PageSize)
        : null;

    private static bool TryRuns(
        ReadOnlySpan<byte> head, int runs, long offset, List<DumpSegment> segments, out long end)
    {
        end = offset;
        for (int i = 0; i < runs; i++)
        {
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(head[(RunsAt + (i * RunSize))..]);
            ulong pages = BinaryPrimitives.ReadUInt64LittleEndian(head[(RunsAt + 8 + (i * RunSize))..]);
            if (address % PageSize != 0 || pages is 0 or > MostPages)
            {
                return false;
            }

            segments.Add(new DumpSegment(address, end, (long)pages * PageSize));
            end += (long)pages * PageSize;
        }

        return true;
    }

    private static Dictionary<string, string> ReadValues(ReadOnlySpan<byte> header)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        int end = header.IndexOf((byte)0);
        foreach (string line in Encoding.UTF8.GetString(header[Magic.Length..Math.Max(Magic.Length, end)]).Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                values[line[..equals]] = line[(equals + 1)..];
            }
        }

        return values;
    }
}
