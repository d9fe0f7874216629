namespace Leakstat.Dump.Tests.Image;

/// <summary>What machine to make.</summary>
public sealed record MachineOptions
{
    public FreeBsd Release { get; init; } = FreeBsd.V14;

    /// <summary>arm64 in place of amd64.</summary>
    public bool IsArm { get; init; }

    /// <summary>
    /// Page tables of 16 KiB pages (arm64). All else is made of pages of 4 KiB, so that only the kernel's own data and the direct map
    /// can be read.
    /// </summary>
    public bool LargeArmPages { get; init; }

    /// <summary>Bytes of memory.</summary>
    public ulong Memory { get; init; } = 48 << 20;

    public int Cpus { get; init; } = 2;

    public int Domains { get; init; } = 1;

    /// <summary>Kernel and page array mapped by pages of 2 MiB, as on real machines.</summary>
    public bool LargePages { get; init; } = true;

    /// <summary>57-bit addresses: the direct map lies elsewhere (15 on).</summary>
    public bool La57 { get; init; }

    /// <summary>Start of the kernel map, where it is not the release's.</summary>
    public ulong? MapStart { get; init; }

    /// <summary>Zones of malloc(9) for each bucket, all of one name (MALLOC_DEBUG_MAXZONES).</summary>
    public int MallocSubzones { get; init; } = 1;

    public int Seed { get; init; } = 1;
}

/// <summary>
/// A FreeBSD machine at the moment of its panic: memory, kernel, heap, threads. Made by what the kernel's source does,
/// apart from the program under test: nothing here uses its tables.
/// </summary>
public sealed class Machine
{
    private const ulong Page = PhysicalMemory.PageSize;

    public Machine(MachineOptions options)
    {
        Options = options;
        string[] arm = !options.IsArm ? [] : options.Release.Major >= 14 ? ["freebsd-14-arm64.tsv"] : ["freebsd-12-arm64.tsv"];
        Layouts = StructLayouts.Load([.. options.Release.Tables, "cam.tsv", .. arm]);
        Random = new Random(options.Seed);
        ulong start = options.IsArm ? 0x40000000UL : 0;
        (ulong, ulong)[] ranges = options.IsArm
            ? [(start, start + options.Memory)]
            : [(0x1000, 0xa0000), (0x100000, options.Memory)];
        ulong kernelPhysical = start + 0x200000;
        ulong kernelBase = options.MapStart ?? (options.IsArm ? 0xffff000000000000 : 0xfffffe0000000000);
        ulong directBase = options.IsArm ? 0xffffa00000000000 : options.La57 ? 0xff01000000000000 : 0xfffff80000000000;
        Memory = new PhysicalMemory(ranges, kernelPhysical + 0x400000);
        Space = new AddressSpace(Memory, options.IsArm ? kernelBase + 0x10000000 : kernelBase, directBase, start) { MapStart = kernelBase };
        Kernel = new KernelFile(
            Space, options.IsArm ? kernelBase + (0x800 * Page) : 0xffffffff80200000, kernelPhysical, options.LargePages && !options.IsArm);
        Pages = new PageArray(this, kernelPhysical + 0x200000);
        PerCpuBase = Space.AllocateKernel(options.Cpus, withObject: false);
        Kernel.Define("kernel_object_store", Layouts["vm_object"].Size);
        Uma = new UmaAllocator(this);
        Malloc = new Malloc(this);
        System = new KernelData(this);
        Threads = new Threads(this);
        Modules = new Modules(this);
    }

    public MachineOptions Options { get; }

    public FreeBsd Release => Options.Release;

    public int Cpus => Options.Cpus;

    public int Domains => Options.Domains;

    public Random Random { get; }

    public StructLayouts Layouts { get; }

    public PhysicalMemory Memory { get; }

    public AddressSpace Space { get; }

    public KernelFile Kernel { get; }

    public PageArray Pages { get; }

    public UmaAllocator Uma { get; }

    public Malloc Malloc { get; }

    public KernelData System { get; }

    public Threads Threads { get; }

    public Modules Modules { get; }

    public References References { get; } = new();

    /// <summary>Address of the first CPU's <c>struct pcpu</c>; one page each.</summary>
    public ulong PerCpuBase { get; }

    public StructAt At(string layout, ulong address) => new(Space, Layouts[layout], address);

    /// <summary>What is stored as the pointer to per-CPU memory: on amd64 since 13 the distance from <c>__pcpu[0]</c>.</summary>
    public ulong PerCpuPointer(ulong address) => Options.IsArm || Release.IsOld ? address : unchecked(address - PerCpuBase);

    /// <summary>A CPU's copy of per-CPU memory.</summary>
    public ulong PerCpuCopy(ulong address, int cpu) => address + ((ulong)cpu * Page);

    /// <summary>Puts everything into memory; the machine has then panicked and changes no more.</summary>
    public CrashedMachine Crash(string panic = "page fault")
    {
        Threads.Write(panic);
        Modules.Write();
        Malloc.Write();
        System.WriteArenas();
        if (Release.IsOld)
        {
            new UmaMemory12(this).Write();
        }
        else
        {
            new UmaMemory(this).Write();
        }

        System.Write();
        if (Options.IsArm)
        {
            ulong size = Options.LargeArmPages ? 16384UL : Page;
            Kernel.Define("pagesizes", size);
            Kernel.Define("dmap_phys_base", Space.DirectPhysical);
            Kernel.Define("dmap_max_addr", Space.DirectEnd);
            ulong next = Kernel.Define("pagetable_l1_ttbr1", (int)size, local: true, alignment: size);
            ulong root = Kernel.Define("pagetable_l0_ttbr1", (int)size, alignment: size);
            _ = new ArmPageTables(Space, Space.Physical(root), Space.Physical(next), Options.LargeArmPages ? 14 : 12);
        }

        PageTables? tables = Options.IsArm ? null : new PageTables(Space, Options.La57 ? 5 : 4);
        if (tables is not null)
        {
            // Both are there; the one of the mode in use is set.
            Kernel.Define("KPML4phys", Options.La57 ? 0 : tables.Root);
            Kernel.Define("KPML5phys", Options.La57 ? tables.Root : 0);
        }

        Pages.Write();
        return new CrashedMachine(this, tables, panic);
    }
}
