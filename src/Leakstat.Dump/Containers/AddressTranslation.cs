namespace Leakstat.Dump.Containers;

/// <summary>A stretch of the kernel map: consecutive virtual pages on consecutive physical pages.</summary>
/// <param name="Address">Kernel virtual address of the first page.</param>
/// <param name="Physical">Physical address of the first page.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct KernelMapping(ulong Address, ulong Physical, ulong Length);

/// <summary>
/// From kernel virtual addresses to physical ones, by the page tables in the dump and the direct map.
/// </summary>
public abstract class AddressTranslation
{
    /// <summary>First address of the direct map, where every physical page has an alias.</summary>
    public required ulong DirectMapStart { get; init; }

    /// <summary>First address beyond the direct map.</summary>
    public required ulong DirectMapEnd { get; init; }

    /// <summary>Physical address that <see cref="DirectMapStart"/> stands for; 0 on amd64.</summary>
    public ulong DirectMapPhysical { get; init; }

    /// <summary>First address of the kernel map.</summary>
    public required ulong KernelStart { get; init; }

    /// <summary>Whether the address lies in the direct map.</summary>
    public bool IsDirectMap(ulong address) => address - DirectMapStart < DirectMapEnd - DirectMapStart;

    /// <summary>The address in the direct map of a physical one.</summary>
    public ulong ToDirectMap(ulong physicalAddress) => physicalAddress - DirectMapPhysical + DirectMapStart;

    /// <summary>Whether the address may be a kernel address at all: in the direct map or in the kernel map.</summary>
    public bool IsKernelAddress(ulong address) => IsDirectMap(address) || address >= KernelStart;

    /// <summary>The physical address; false where nothing is mapped, or the page tables are not in the dump.</summary>
    public bool TryTranslate(ulong address, out ulong physicalAddress)
    {
        if (IsDirectMap(address))
        {
            physicalAddress = address - DirectMapStart + DirectMapPhysical;
            return true;
        }

        if (address >= KernelStart)
        {
            return TryWalk(address, out physicalAddress);
        }

        physicalAddress = 0;
        return false;
    }

    /// <summary>
    /// Everything mapped in the kernel map (not the direct map), by ascending address; neighbours are joined.
    /// </summary>
    public abstract IEnumerable<KernelMapping> Mappings();

    /// <summary>
    /// Physical pages that page tables of the kernel map lie in, as far as they are known and present in the dump.
    /// </summary>
    public abstract IEnumerable<ulong> TablePages();

    /// <summary>Translates an address of the kernel map.</summary>
    protected abstract bool TryWalk(ulong address, out ulong physicalAddress);
}
