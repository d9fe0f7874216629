namespace Leakstat.Dump.Tests.Image;

/// <summary>The array of <c>struct vm_page</c>, one for each page of memory from the first that is managed.</summary>
public sealed class PageArray
{
    private const ulong Page = PhysicalMemory.PageSize;
    private const byte Unmanaged = 0x4;

    private readonly Machine _machine;
    private readonly Dictionary<ulong, (ulong Slab, ulong Zone)> _links = [];
    private readonly ulong _first;
    private readonly int _count;
    private readonly StructLayout _layout;

    public PageArray(Machine machine, ulong physical)
    {
        _machine = machine;
        _layout = machine.Layouts["vm_page"];
        _first = machine.Memory.Ranges[0].Start / Page;
        _count = (int)(machine.Memory.End / Page - _first);
        int pages = (int)(((ulong)(_count * _layout.Size) + Page - 1) / Page);
        if (machine.Options is { LargePages: true, IsArm: false })
        {
            // The page array is the first thing in the kernel map.
            Address = machine.Space.ReserveKernel(511, 0x200000);
            machine.Space.MapLarge(Address, physical);
        }
        else
        {
            Address = machine.Space.ReserveKernel(pages);
            for (int i = 0; i < pages; i++)
            {
                machine.Space.Map(Address + ((ulong)i * Page), physical + ((ulong)i * Page));
            }
        }

        for (int i = 0; i < pages; i++)
        {
            machine.Memory.SetUse(physical + ((ulong)i * Page), PageUse.Boot);
        }

        machine.Kernel.Define("vm_page_array", Address);
        machine.Kernel.Define("vm_page_array_size", (ulong)_count);
        machine.Kernel.Define("first_page", _first);
    }

    public ulong Address { get; }

    public int Count => _count;

    public ulong AddressOf(ulong physical) => Address + (((physical / Page) - _first) * (ulong)_layout.Size);

    public void SetSlab(ulong physical, ulong slab, ulong zone) => _links[physical / Page * Page] = (slab, zone);

    /// <summary>Objects of pages that no map of the kernel has: files of tmpfs, user memory.</summary>
    public Dictionary<ulong, ulong> OwnObjects { get; } = [];

    public void Write()
    {
        Dictionary<ulong, (ulong Object, ulong Index)> objects = Objects();
        foreach ((ulong start, ulong end) in _machine.Memory.Ranges)
        {
            for (ulong physical = start; physical < end; physical += Page)
            {
                Write(physical, start, objects.GetValueOrDefault(physical));
            }
        }
    }

    /// <summary>Writes the structure of a page that was taken or given back and has no object.</summary>
    public void Rewrite(ulong physical) =>
        Write(physical, _machine.Memory.Ranges.First(range => physical >= range.Start && physical < range.End).Start, default);

    /// <summary>A page that was given back is no slab's any more; what its links hold stays in its structure.</summary>
    public void ForgetSlab(ulong physical) => _links.Remove(physical / Page * Page);

    private void Write(ulong physical, ulong start, (ulong Object, ulong Index) place)
    {
        PageUse use = _machine.Memory.UseOf(physical);
        if (use == PageUse.Boot)
        {
            return;
        }

        StructAt page = _machine.At("vm_page", AddressOf(physical));
        page["phys_addr"] = physical;
        page["object"] = place.Object;
        page["pindex"] = place.Index;
        page["order"] = use == PageUse.Free ? 0u : 13;
        page[_machine.Release.IsOld ? "wire_count" : "ref_count"] = use is PageUse.Kernel or PageUse.NotDumped ? 1u : 0;
        page["oflags"] = use == PageUse.User ? 0u : Unmanaged;
        if (_links.TryGetValue(physical, out (ulong Slab, ulong Zone) links))
        {
            _machine.Space.Write(page.Of("plinks"), links.Slab);
            _machine.Space.Write(page.Of("plinks") + 8, links.Zone);
        }
        else if (use == PageUse.Free)
        {
            // Free pages hang on lists through the same two words.
            _machine.Space.Write(page.Of("plinks"), AddressOf(start));
            _machine.Space.Write(page.Of("plinks") + 8, AddressOf(start));
        }
    }

    /// <summary>Object and index of the pages that have one: those of the kernel map, but for what was mapped without.</summary>
    private Dictionary<ulong, (ulong Object, ulong Index)> Objects()
    {
        AddressSpace space = _machine.Space;
        ulong kernel = _machine.Kernel["kernel_object_store"];
        Dictionary<ulong, (ulong, ulong)> objects = [];
        foreach ((ulong address, ulong physical) in space.Pages)
        {
            if (!space.WithoutObject.Contains(address))
            {
                objects[physical] = (space.Stacks.Contains(address) ? _machine.Threads.StackObject : kernel, (address - space.MapStart) / Page);
            }
        }

        foreach ((ulong physical, ulong owner) in OwnObjects)
        {
            objects[physical] = (owner, 0);
        }

        return objects;
    }
}
