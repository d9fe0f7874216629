using System.Globalization;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Network;

/// <summary>
/// Free physical memory by size of block, from <c>vm.phys_free</c> (<c>sys/vm/vm_phys.c</c>): order n is a run of 2ⁿ
/// pages. All domains, lists and pools are added up.
/// </summary>
internal sealed class PhysicalFreeLists
{
    private const int MostOrders = 32;
    private readonly long[] _blocks;

    private PhysicalFreeLists(long[] blocks, SourceLine? at)
    {
        _blocks = blocks;
        At = at;
    }

    /// <summary>Where it stands.</summary>
    public SourceLine? At { get; }

    /// <summary>Reads it; null where the capture has no row of it.</summary>
    public static PhysicalFreeLists? Of(SysctlTable sysctls)
    {
        if (sysctls.Text("vm.phys_free") is not { } text)
        {
            return null;
        }

        long[] blocks = new long[MostOrders];
        bool any = false;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            // "  12 ( 16384K)  |      38  |       0": order, size, one count per pool.
            int size = line.IndexOf("K)", StringComparison.Ordinal);
            int open = line.IndexOf('(');
            if (open < 0 || size < open
                || !int.TryParse(line[..open].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int order)
                || order >= MostOrders)
            {
                continue;
            }

            ReadOnlySpan<char> counts = line[(size + 2)..];
            foreach (Range range in counts.Split('|'))
            {
                if (long.TryParse(counts[range].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
                {
                    blocks[order] = Arithmetic.Add(blocks[order], count);
                    any = true;
                }
            }
        }

        return any ? new PhysicalFreeLists(blocks, sysctls.TryLocate("vm.phys_free", out SourceLine? at) ? at : null) : null;
    }

    /// <summary>Free blocks of at least 2ⁿ pages.</summary>
    public long BlocksFrom(int order)
    {
        long sum = 0;
        for (int i = order; i < MostOrders; i++)
        {
            sum = Arithmetic.Add(sum, _blocks[i]);
        }

        return sum;
    }

    /// <summary>Free pages in all blocks.</summary>
    public long Pages
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < MostOrders; i++)
            {
                sum = Arithmetic.Add(sum, Arithmetic.Multiply(_blocks[i], 1L << i));
            }

            return sum;
        }
    }

    /// <summary>Free pages in blocks of at least 2ⁿ pages.</summary>
    public long PagesFrom(int order)
    {
        long sum = 0;
        for (int i = order; i < MostOrders; i++)
        {
            sum = Arithmetic.Add(sum, Arithmetic.Multiply(_blocks[i], 1L << i));
        }

        return sum;
    }
}
