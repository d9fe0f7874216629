using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Reads <c>kmemstatistics</c>: malloc(9) types with the sums of their per-CPU statistics
/// (<c>sys/kern/kern_malloc.c</c>).
/// </summary>
internal static class MallocReader
{
    /// <summary>Reads the list, in the kernel's order.</summary>
    public static List<MallocType> Read(WalkContext context)
    {
        var types = new List<MallocType>();
        VirtualMemory memory = context.Memory;
        int next = context.Types.Offset("malloc_type", "ks_next");
        int name = context.Types.Offset("malloc_type", "ks_shortdesc");
        int embedded = context.Types.Offset("malloc_type", "ks_mti");
        int handle = context.Types.Offset("malloc_type", "ks_handle");
        int stats = context.Types.Offset("malloc_type_internal", "mti_stats");
        int subzone = context.Types.Offset("malloc_type_internal", "mti_zone");
        int[] fields =
        [
            context.Types.Offset("malloc_type_stats", "mts_memalloced"),
            context.Types.Offset("malloc_type_stats", "mts_memfreed"),
            context.Types.Offset("malloc_type_stats", "mts_numallocs"),
            context.Types.Offset("malloc_type_stats", "mts_numfrees"),
            context.Types.Offset("malloc_type_stats", "mts_size"),
        ];
        int size = context.Types.Size("malloc_type_stats");
        if (next < 0 || name < 0 || (embedded < 0 && handle < 0) || stats < 0 || fields.Any(f => f < 0) || size == 0)
        {
            context.Problems.Add(
                DiagnosticId.UnknownLayout,
                "kmemstatistics",
                "the layout of malloc types is not known: they cannot be read");
            return types;
        }

        // Up to 11 the statistics of all CPUs stand in an array within the structure; later a per-CPU pointer leads to
        // them.
        bool inline = (context.Types.Field("malloc_type_internal", "mti_stats")?.Size ?? 8) > 8;
        int unreadable = 0;
        foreach (ulong at in context.List(
            context.Symbols.Address("kmemstatistics"), next, "kmemstatistics", context.Limits.MallocTypes))
        {
            ulong inner = embedded >= 0 ? at + (ulong)embedded : memory.Pointer(at, handle);
            ulong first = inline ? inner + (ulong)stats : memory.Pointer(inner, stats) + context.Machine.PerCpuBase;
            ulong stride = inline ? (ulong)size : (ulong)context.Machine.PerCpuStride;
            var sums = new ulong[fields.Length];
            bool whole = inner != 0;
            for (int cpu = 0; cpu < context.Machine.CpuIds && whole; cpu++)
            {
                for (int i = 0; i < fields.Length && whole; i++)
                {
                    whole = memory.TryReadUInt64(first + ((ulong)cpu * stride) + (ulong)fields[i], out ulong value);
                    sums[i] = i == fields.Length - 1 ? sums[i] | value : sums[i] + value;
                }
            }

            if (!whole || memory.String(memory.Pointer(at, name), context.Limits.NameBytes) is not { } text)
            {
                unreadable++;
                continue;
            }

            int zones = subzone >= 0 ? memory.Int8(inner, subzone) : 0;
            types.Add(
                new MallocType(
                    at, text, sums[0], sums[1], sums[2], sums[3], sums[4], zones, context.Symbols.FileOf(at)?.Name));
        }

        if (unreadable > 0)
        {
            context.Problems.Add(
                DiagnosticId.MissingPages,
                "kmemstatistics",
                $"{unreadable} malloc types cannot be read; they are left out");
        }

        return types;
    }
}
