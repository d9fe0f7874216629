using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>How a pointer is stored.</summary>
public enum PointerForm
{
    Plain,

    /// <summary>The address in the direct map of memory that is mapped elsewhere too.</summary>
    Direct,

    /// <summary>With bit 0 set, as trees mark their leaves.</summary>
    Tagged,

    /// <summary>The physical address.</summary>
    Physical,

    /// <summary>As per-CPU memory is pointed to.</summary>
    PerCpu,
}

/// <summary>Describes a heap, so that a test reads as what it is about.</summary>
public sealed class Scenario
{
    private Mbufs? _mbufs;

    public Scenario(MachineOptions? options = null)
    {
        Machine = new Machine(options ?? new MachineOptions());
    }

    public Machine Machine { get; }

    /// <summary>Network buffers.</summary>
    public Mbufs Mbufs => _mbufs ??= new Mbufs(this);

    /// <summary>A zone of its own.</summary>
    public Zone Zone(string name, int size, ZoneOptions? options = null) =>
        Machine.Uma.Create(name, size, options ?? ZoneOptions.Default);

    /// <summary>An item of a zone that is in use, filled with what is no pointer.</summary>
    public Item New(Zone zone, int domain = 0) => Plant(Machine.Uma.Take(zone, domain));

    public Item[] Many(Zone zone, int count, int domain = 0) => [.. Enumerable.Range(0, count).Select(_ => New(zone, domain))];

    /// <summary>A block of malloc(9) that is in use.</summary>
    public Item Block(string type, int size) => Plant(Machine.Malloc.Allocate(type, size));

    /// <summary>An allocation of whole pages.</summary>
    public LargeBlock Large(string type, int size, bool contiguous = false)
    {
        LargeBlock block = Machine.Malloc.AllocateLarge(type, size, contiguous);
        Machine.References.Planted.Add(block);
        return block;
    }

    /// <summary>Whole pages of the kernel map that no zone and no type of malloc(9) has (<c>kmem_malloc(9)</c>).</summary>
    public LargeBlock KernelMemory(int pages) =>
        new(Machine.Space.AllocateKernel(pages), pages * PhysicalMemory.PageSize, contiguous: false);

    /// <summary>A wired page without an object, by its address in the direct map.</summary>
    public IPlace WiredPage() => new Slot(Machine.Space.Direct(Machine.Memory.AllocatePage()), PhysicalMemory.PageSize);

    /// <summary>A variable of the kernel.</summary>
    public IPlace Variable(string name, int size = 8) => new Slot(Machine.Kernel.Define(name, size), size);

    /// <summary>Stores a pointer and notes it.</summary>
    /// <param name="from">Who points.</param>
    /// <param name="to">Whom to.</param>
    /// <param name="inside">How far behind its start.</param>
    /// <param name="form">How it is stored.</param>
    /// <param name="at">Where in <paramref name="from"/>; the next free word unless given.</param>
    public Scenario Point(IPlace from, IPlace to, int inside = 0, PointerForm form = PointerForm.Plain, int? at = null)
    {
        Machine.Space.Write(from.Address + (ulong)(at ?? Machine.References.NextWord(from)), Value(to, inside, form));
        Machine.References.Add(from, to);
        return this;
    }

    /// <summary>Stores a pointer that holds nothing: in freed memory, behind a stack's end, as a number.</summary>
    public Scenario Stale(IPlace from, IPlace to, int at = 8)
    {
        Machine.Space.Write(from.Address + (ulong)at, to.Address);
        return this;
    }

    /// <summary>A list from a head through all items, each pointing to the next.</summary>
    public Scenario Chain(params IPlace[] places)
    {
        for (int i = 0; i + 1 < places.Length; i++)
        {
            Point(places[i], places[i + 1]);
        }

        return this;
    }

    /// <summary>Frees into the slab; what was in the item stays.</summary>
    public Scenario Free(Item item)
    {
        Machine.Uma.Free(item);
        return this;
    }

    /// <summary>Frees into a cache; what was in the item stays.</summary>
    public Scenario Cache(Item item, BucketPlace place = BucketPlace.Free, int of = 0)
    {
        Machine.Uma.Cache(item, place, of);
        return this;
    }

    /// <summary>A zone's buckets are there, and their unused slots still hold these.</summary>
    public Scenario StaleSlots(Zone zone, IEnumerable<IPlace> items, BucketPlace place = BucketPlace.Allocate, int of = 0)
    {
        zone.BucketAt(place, of).Stale.AddRange(items.Select(item => item.Address));
        return this;
    }

    public CrashedMachine Crash(string panic = "page fault") => Machine.Crash(panic);

    private ulong Value(IPlace to, int inside, PointerForm form) => form switch
    {
        PointerForm.Direct => Machine.Space.Direct(Machine.Space.Physical(to.Address + (ulong)inside)),
        PointerForm.Tagged => to.Address + (ulong)inside + 1,
        PointerForm.Physical => Machine.Space.Physical(to.Address + (ulong)inside),
        PointerForm.PerCpu => Machine.PerCpuPointer(to.Address + (ulong)inside),
        _ => to.Address + (ulong)inside,
    };

    private Item Plant(Item item)
    {
        item.IsPlanted = true;
        Machine.References.Planted.Add(item);
        byte[] text = Encoding.ASCII.GetBytes($"{item.Zone!.Name} {Machine.Random.Next()}, ");
        byte[] content = new byte[Math.Min(item.Size, 4096)];
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = text[i % text.Length];
        }

        if (!item.Slab.Keg.Is(KegTraits.PerCpu))
        {
            Machine.Space.Write(item.Address, content);
        }

        return item;
    }
}
