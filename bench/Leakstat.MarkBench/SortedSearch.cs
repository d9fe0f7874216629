using Leakstat.Dump.Marking;

namespace Leakstat.MarkBench;

/// <summary>
/// Marking as ::findleaks of illumos does it (usr/src/cmd/mdb/common/modules/genunix/leaky.c): one sorted array of buffers, a range
/// test, a binary search for each word that passes, the mark in the low bit of the base.
/// </summary>
internal static class SortedSearch
{
    public static long Mark(SyntheticHeap heap, MarkInput input, TimeSpan limit, out long words, out bool isWhole)
    {
        ulong[] starts = new ulong[heap.Table.BlockCount];
        int[] sizes = new int[starts.Length];
        int block = 0;
        for (long page = 0; page < heap.Strides.Length; page++)
        {
            int stride = heap.Strides[page];
            for (int at = 0; at + stride <= 4096; at += stride, block++)
            {
                starts[block] = SyntheticHeap.Base + ((ulong)page * 4096) + (ulong)at;
                sizes[block] = stride;
            }
        }

        ulong low = starts[0];
        ulong span = starts[^1] + (ulong)sizes[^1] - low;
        var stack = new Stack<int>();
        long reached = 0;
        words = 0;
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        foreach (MarkRoot root in input.Roots)
        {
            Scan(root.Address, (int)root.Length, ref words);
        }

        isWhole = true;
        while (stack.TryPop(out int next))
        {
            Scan(starts[next] & ~1UL, sizes[next], ref words);
            if ((reached & 0xfff) == 0 && System.Diagnostics.Stopwatch.GetElapsedTime(start) > limit)
            {
                isWhole = false;
                break;
            }
        }

        return reached;

        void Scan(ulong address, int length, ref long count)
        {
            long first = (long)(address - SyntheticHeap.Base) / 8;
            for (long i = first; i < first + (length / 8); i++)
            {
                count++;
                ulong word = heap.Word(i);
                if (word - low >= span)
                {
                    continue;
                }

                int from = 0;
                int to = starts.Length - 1;
                while (from < to)
                {
                    int middle = (int)(((uint)from + (uint)to + 1) >> 1);
                    if ((starts[middle] & ~1UL) <= word)
                    {
                        from = middle;
                    }
                    else
                    {
                        to = middle - 1;
                    }
                }

                if (word - (starts[from] & ~1UL) < (ulong)sizes[from] && (starts[from] & 1) == 0)
                {
                    starts[from] |= 1;
                    reached++;
                    stack.Push(from);
                }
            }
        }
    }
}
