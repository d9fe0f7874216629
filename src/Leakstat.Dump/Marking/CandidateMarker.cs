using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Leakstat.Dump.Marking;

/// <summary>
/// From addresses to marks in three passes over a batch, each of whose memory accesses are independent of each other
/// and fetched
/// ahead by the pass before, so that many cache misses are under way at once.
/// </summary>
/// <param name="state">What the threads share.</param>
/// <param name="number">Number of the thread.</param>
internal sealed class CandidateMarker(MarkState state, int number)
{
    private readonly BlockTable _table = state.Input.Blocks;
    private readonly BlockBits _marked = state.Marked[number];
    private readonly GreyGroups _grey = state.Grey;
    private readonly bool _isShared = state.IsShared;
    private readonly int[] _blocks = new int[BlockScan.MostCandidates];

    /// <summary>Bytes one of them holds.</summary>
    public const long Bytes = BlockScan.MostCandidates * 4L;

    /// <summary>Addresses looked at.</summary>
    public long Candidates { get; private set; }

    /// <summary>Those that lie in a block.</summary>
    public long Hits { get; private set; }

    /// <summary>Marks the blocks that addresses lie in.</summary>
    /// <param name="addresses">At most as many as a batch has.</param>
    /// <param name="offsetsOnly">Whether only blocks count that are stored as offsets.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Mark(ReadOnlySpan<ulong> addresses, bool offsetsOnly)
    {
        Candidates += addresses.Length;

        // For fetching ahead it does not matter that an array may move.
        if (Sse.IsSupported)
        {
            foreach (ulong address in addresses)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in _table.EntryAt(address))));
            }
        }

        ref int blocks = ref MemoryMarshal.GetArrayDataReference(_blocks);
        int count = 0;
        foreach (ulong address in addresses)
        {
            int block = _table.BlockAt(_table.EntryAt(address), address, offsetsOnly);
            Unsafe.Add(ref blocks, count) = block;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref _marked.PlaceOf(Math.Max(block, 0))));
            }

            count += block >= 0 ? 1 : 0;
        }

        Hits += count;
        int fresh = 0;
        for (int i = 0; i < count; i++)
        {
            int block = Unsafe.Add(ref blocks, i);
            Unsafe.Add(ref blocks, fresh) = block;
            fresh += _marked.TrySet(block) ? 1 : 0;
        }

        if (_isShared)
        {
            // Marks must be seen by who takes a group before it is told here that the group has not been taken yet.
            Interlocked.MemoryBarrier();
        }

        for (int i = 0; i < fresh; i++)
        {
            _grey.Add(Unsafe.Add(ref blocks, i) >> BlockTable.GroupBits);
        }
    }
}

/// <summary>Hands what a scan has collected to a marker.</summary>
internal readonly struct MarkSink(CandidateMarker marker) : ICandidateSink
{
    public void Take(BlockScan scan)
    {
        if (scan.Plain.Length > 0)
        {
            marker.Mark(scan.Plain, offsetsOnly: false);
        }

        if (scan.Offsets.Length > 0)
        {
            marker.Mark(scan.Offsets, offsetsOnly: true);
        }
    }
}
