namespace Leakstat.Dump.Walking;

/// <summary>
/// Which set of malloc(9)'s zones a keg belongs to. Kernels with <c>MALLOC_DEBUG_MAXZONES</c> above 1 (those of
/// -CURRENT, and
/// any with <c>std.debug</c>) have several zones for each bucket, all of one name; a type allocates from one set of
/// them
/// (<c>mtp_get_subzone</c>, <c>sys/kern/kern_malloc.c</c>), so that a block cannot be of a type of another set.
/// </summary>
internal static class MallocSubzones
{
    /// <summary>Zones of a bucket at most: <c>mti_zone</c> is a byte.</summary>
    private const int MostZones = 256;

    /// <summary>
    /// Place of the zones behind size and name (<c>struct { int kz_size; const char *kz_name; uma_zone_t kz_zone[];
    /// }</c>).
    /// </summary>
    private const ulong FirstZone = 16;

    /// <summary>Reads <c>kmemzones</c>.</summary>
    /// <returns>
    /// Number of the set by number of the keg; empty where there is one set only, or the table cannot be read.
    /// </returns>
    public static IReadOnlyDictionary<int, int> Read(WalkContext context, KernelHeap heap)
    {
        var sets = new Dictionary<int, int>();
        ulong table = context.Symbols.Address("kmemzones");
        var zones = heap.Zones.Where(z => z.Keg is { } keg && heap.Kegs[keg].IsMalloc).ToDictionary(z => z.Address);
        for (int row = 0; table != 0 && row < zones.Count; row++)
        {
            long size = context.Memory.Int32(table, 0);
            int zone = 0;
            while (zone < MostZones && ZoneAt(table, zone) is { } found && found.Size == size)
            {
                sets[found.Keg!.Value] = zone++;
            }

            // A boot with fewer sets than the kernel has room for leaves the rest of the row null.
            while (zone < MostZones && zone > 0 && context.Memory.UInt64(table + FirstZone + ((ulong)zone * 8)) == 0)
            {
                zone++;
            }

            table = zone is 0 or MostZones ? 0 : table + FirstZone + ((ulong)zone * 8);
        }

        return sets.Values.Any(set => set > 0) ? sets : new Dictionary<int, int>();

        Zone? ZoneAt(ulong at, int zone) =>
            context.Memory.UInt64(at + FirstZone + ((ulong)zone * 8)) is { } address
                && zones.TryGetValue(address, out Zone? known)
                ? known
                : null;
    }
}
