using System.Runtime.InteropServices;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Slabs as the pages name them: the vm_page of each page of a slab has its header and zone (<c>vsetzoneslab</c>,
/// <c>sys/vm/uma_int.h</c>, of kegs with <see cref="UmaFlags.PageToSlab"/>). Where the header of one slab is not in the
/// dump, its
/// list ends there; these lead to the slabs behind it.
/// </summary>
internal sealed class SlabPages
{
    private readonly Dictionary<ulong, List<SlabPage>> _ofZone = [];

    /// <summary>A page of a slab.</summary>
    /// <param name="Header">Address of the slab's header.</param>
    /// <param name="Physical">Physical address of the page.</param>
    public readonly record struct SlabPage(ulong Header, ulong Physical);

    /// <summary>
    /// Goes through all pages once. What pages keep of a slab that was freed is among it: the header tells.
    /// </summary>
    public static SlabPages Read(WalkContext context)
    {
        var found = new SlabPages();
        long count = 0;
        foreach (PageState page in PageArray.Find(context)?.Pages() ?? [])
        {
            if (page.IsFree || page.References == 0 || page.Slab % 8 != 0 || page.Zone % 8 != 0
                || !context.Memory.Translation.IsKernelAddress(page.Slab)
                || !context.Memory.Translation.IsKernelAddress(page.Zone))
            {
                continue;
            }

            if (++count > context.SlabLimit)
            {
                break;
            }

            ref List<SlabPage>? pages = ref CollectionsMarshal.GetValueRefOrAddDefault(found._ofZone, page.Zone, out _);
            (pages ??= []).Add(new SlabPage(page.Slab, page.Physical));
        }

        return found;
    }

    /// <summary>The pages of slabs of some zones.</summary>
    public IEnumerable<SlabPage> Of(IEnumerable<ulong> zones) =>
        zones.SelectMany(zone => _ofZone.TryGetValue(zone, out List<SlabPage>? pages) ? pages : []);
}
