namespace Leakstat.Dump.Walking;

/// <summary>
/// Reads the arenas of kernel address space (<c>vmem_list</c>, <c>struct vmem</c>, <c>sys/kern/subr_vmem.c</c>) and the
/// boundary tags of each.
/// </summary>
internal sealed class ArenaReader(WalkContext context)
{
    /// <summary>BT_TYPE_BUSY.</summary>
    private const uint Busy = 4;

    /// <summary>VMEM_NAME_MAX and its NUL.</summary>
    private const int NameBytes = 17;

    /// <summary>Allocations of kernel address space: start and size. Empty where the arenas cannot be read.</summary>
    public Dictionary<ulong, ulong> Allocated { get; } = [];

    /// <summary>Whether every arena's tags could be followed to their end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Reads them.</summary>
    public static ArenaReader Read(WalkContext context)
    {
        var reader = new ArenaReader(context);
        reader.Read();
        return reader;
    }

    private void Read()
    {
        int all = context.Types.Offset("vmem", "vm_alllist");
        int name = context.Types.Offset("vmem", "vm_name");
        int segments = context.Types.Offset("vmem", "vm_seglist");
        int link = context.Types.Offset("vmem_btag", "bt_seglist");
        int start = context.Types.Offset("vmem_btag", "bt_start");
        int size = context.Types.Offset("vmem_btag", "bt_size");
        int type = context.Types.Offset("vmem_btag", "bt_type");
        if (all < 0 || name < 0 || segments < 0 || link < 0 || start < 0 || size < 0 || type < 0)
        {
            return;
        }

        long before = context.Problems.Count;
        foreach (ulong at in context.List(context.Symbols.Address("vmem_list"), all, "vmem_list", context.Limits.Zones))
        {
            string text = context.Memory.FixedText(at + (ulong)name, NameBytes);
            bool kernel = text.StartsWith("kernel", StringComparison.Ordinal)
                || text.StartsWith("kmem", StringComparison.Ordinal);
            foreach (ulong tag in context.List(
                at + (ulong)segments, link, $"arena {text}", context.Limits.BoundaryTags))
            {
                if (kernel && context.Memory.Int32(tag, type) == Busy)
                {
                    // An arena that gives to others has their spans as allocations: the smaller one is what was asked
                    // for.
                    ulong length = context.Memory.Pointer(tag, size);
                    ulong first = context.Memory.Pointer(tag, start);
                    Allocated[first] = Allocated.TryGetValue(first, out ulong known)
                        ? Math.Min(known, length)
                        : length;
                }
            }
        }

        IsWhole = Allocated.Count > 0 && context.Problems.Count == before;
    }
}
