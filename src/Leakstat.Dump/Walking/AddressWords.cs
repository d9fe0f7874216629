using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>A word among the roots that has an address in it and holds nothing by that.</summary>
/// <param name="Structure">Structure whose member it is; null for a variable.</param>
/// <param name="Name">Name of the variable or the member.</param>
/// <param name="What">What the address is.</param>
/// <param name="Source">Where it is written.</param>
internal readonly record struct AddressWord(string? Structure, string Name, string What, string Source);

/// <summary>
/// Words that keep bounds of address space. The end of one range is the start of the next, so that such a word points
/// to the next
/// allocation though nobody can free it by that; ranges that were unmapped are used again.
/// </summary>
internal static class AddressWords
{
    /// <summary>The table.</summary>
    public static IReadOnlyList<AddressWord> All { get; } =
    [
        new(
            null,
            "smp_tlb_addr1",
            "start of the range whose mappings other CPUs forgot last, up to 12",
            "sys/x86/x86/mp_x86.c"),
        new(null, "smp_tlb_addr2", "end of that range", "sys/x86/x86/mp_x86.c"),
        new(
            "pcpu",
            "pc_smp_tlb_addr1",
            "start of the range whose mappings other CPUs forgot last for this one, from 13 on",
            "sys/amd64/amd64/mp_machdep.c"),
        new("pcpu", "pc_smp_tlb_addr2", "end of that range", "sys/amd64/amd64/mp_machdep.c"),
        new(null, "kernel_vm_end", "end of the kernel map that has page tables", "sys/amd64/amd64/pmap.c"),
        new(null, "virtual_avail", "start of the kernel map behind what was taken at boot", "sys/amd64/amd64/pmap.c"),
        new(null, "virtual_end", "end of the kernel map", "sys/amd64/amd64/pmap.c"),
    ];

    /// <summary>Places of those words in this kernel, in ascending order.</summary>
    public static List<ulong> Find(WalkContext context)
    {
        var places = new List<ulong>();
        int size = context.Types.Size("pcpu");
        foreach (AddressWord word in All)
        {
            if (word.Structure is null)
            {
                if (context.Symbols.TryFind(word.Name, out KernelSymbol symbol) && symbol.Size is 0 or 8)
                {
                    places.Add(symbol.Address);
                }
            }
            else if (context.Machine.Pcpu != 0
                && size > 0
                && context.Types.Offset(word.Structure, word.Name) is >= 0 and int offset)
            {
                for (int cpu = 0; cpu < context.Machine.CpuIds; cpu++)
                {
                    places.Add(context.Machine.Pcpu + ((ulong)cpu * (ulong)size) + (ulong)offset);
                }
            }
        }

        places.RemoveAll(place => place == 0 || place % 8 != 0);
        places.Sort();
        return places;
    }
}
