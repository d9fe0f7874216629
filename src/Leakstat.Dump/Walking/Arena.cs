namespace Leakstat.Dump.Walking;

/// <summary>An arena of kernel address space (<c>struct vmem</c>, <c>sys/kern/subr_vmem.c</c>).</summary>
/// <param name="Address">Address of the structure.</param>
/// <param name="Name">Name: <c>kernel arena domain 0</c>.</param>
/// <param name="Size">Bytes it spans, by its counter.</param>
/// <param name="InUse">Bytes allocated from it, by its counter.</param>
/// <param name="Allocations">Allocations, by its boundary tags.</param>
/// <param name="AllocatedBytes">Bytes of them.</param>
public readonly record struct Arena(
    ulong Address, string Name, ulong Size, ulong InUse, long Allocations, ulong AllocatedBytes);

/// <summary>Reads <c>vmem_list</c> and the boundary tags of each arena.</summary>
internal sealed class ArenaReader(WalkContext context)
{
    /// <summary>BT_TYPE_BUSY.</summary>
    private const uint Busy = 4;

    /// <summary>Arenas in the kernel's order.</summary>
    public List<Arena> Arenas { get; } = [];

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
            string text = FixedText(at + (ulong)name);
            bool kernel = text.StartsWith("kernel", StringComparison.Ordinal)
                || text.StartsWith("kmem", StringComparison.Ordinal);
            long count = 0;
            ulong bytes = 0;
            foreach (ulong tag in context.List(
                at + (ulong)segments, link, $"arena {text}", context.Limits.BoundaryTags))
            {
                if (context.Memory.Int32(tag, type) == Busy)
                {
                    ulong length = context.Memory.Pointer(tag, size);
                    count++;
                    bytes += length;
                    if (kernel)
                    {
                        // An arena that gives to others has their spans as allocations: the smaller one is what was
                        // asked for.
                        ulong first = context.Memory.Pointer(tag, start);
                        Allocated[first] = Allocated.TryGetValue(first, out ulong known)
                            ? Math.Min(known, length)
                            : length;
                    }
                }
            }

            Arenas.Add(new Arena(
                at, text, context.Memory.Pointer(
                    at,
                    context.Types.Offset("vmem", "vm_size")), context.Memory.Pointer(
                        at, context.Types.Offset("vmem", "vm_inuse")), count, bytes));
        }

        IsWhole = Allocated.Count > 0 && context.Problems.Count == before;
    }

    private string FixedText(ulong at)
    {
        Span<byte> bytes = stackalloc byte[17];
        if (!context.Memory.TryRead(at, bytes))
        {
            return "";
        }

        int end = bytes.IndexOf((byte)0);
        Span<char> text = stackalloc char[17];
        int count = end < 0 ? bytes.Length : end;
        for (int i = 0; i < count; i++)
        {
            text[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '?';
        }

        return new string(text[..count]);
    }
}
