using Leakstat.Model;

namespace Leakstat.Dump.Inputs;

/// <summary>
/// Every bound on what is taken from a dump, a kernel or a module, in one place. Crossing one is a problem or a fault,
/// never an exception: what lies within the bound is used. <c>DumpLimitsTests</c> crosses them. A
/// bound that is none is refused when it is set.
/// </summary>
public sealed record DumpLimits
{
    /// <summary>The bounds used unless a caller says otherwise.</summary>
    public static DumpLimits Default { get; } = new();

    /// <summary>Bytes a compressed dump may expand to (into a sparse temporary file).</summary>
    public long ExpandedBytes { get; init => field = Bounded.Within(value, 1, long.MaxValue); } = 4L << 40;

    /// <summary>Bytes of a kernel, a module or a file of debug information.</summary>
    public long KernelFileBytes { get; init => field = Bounded.Within(value, 1, long.MaxValue); } = 2L << 30;

    /// <summary>Bytes one compressed section (CTF, DWARF) may expand to.</summary>
    public int SectionBytes { get; init => field = Bounded.Within(value, 1, Array.MaxLength); } = 512 << 20;

    /// <summary>Sections of one ELF file.</summary>
    public int Sections { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 65_536;

    /// <summary>Segments of one ELF file or dump.</summary>
    public int Segments { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 65_536;

    /// <summary>Symbols of one ELF file.</summary>
    public int Symbols { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 4_000_000;

    /// <summary>Types of one CTF section.</summary>
    public int Types { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 2_000_000;

    /// <summary>Members of one structure, those of inner ones among them.</summary>
    public int StructMembers { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 20_000;

    /// <summary>Types looked through on the way from a name to a structure, and structures within structures.</summary>
    public int TypeDepth { get; init => field = Bounded.Within(value, 1, 256); } = 64;

    /// <summary>Bytes of one name.</summary>
    public int NameBytes { get; init => field = Bounded.Within(value, 1, 64 << 10); } = 1024;

    /// <summary>CPUs.</summary>
    public int Cpus { get; init => field = Bounded.Within(value, 1, 1 << 20); } = 4096;

    /// <summary>NUMA domains.</summary>
    public int Domains { get; init => field = Bounded.Within(value, 1, 4096); } = 256;

    /// <summary>Kegs, and zones; a real kernel has a few hundred.</summary>
    public int Zones { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 65_536;

    /// <summary>Slabs of all kegs; 64 Mi slabs of one page are 256 GiB.</summary>
    public int Slabs { get; init => field = Bounded.Within(value, 1, Array.MaxLength); } = 64 << 20;

    /// <summary>Items of all kegs.</summary>
    public int Items { get; init => field = Bounded.Within(value, 1, Array.MaxLength); } = 1_500_000_000;

    /// <summary>Buckets of one zone.</summary>
    public int Buckets { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 4_000_000;

    /// <summary>Slots of one bucket.</summary>
    public int BucketEntries { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 4096;

    /// <summary>malloc(9) types.</summary>
    public int MallocTypes { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 65_536;

    /// <summary>Loaded kernel files.</summary>
    public int Modules { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 4096;

    /// <summary>Processes, and threads.</summary>
    public int Threads { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 4_000_000;

    /// <summary>Pages of one kernel stack.</summary>
    public int StackPages { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 64;

    /// <summary>Boundary tags of one vmem arena.</summary>
    public int BoundaryTags { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 16_000_000;

    /// <summary>Large allocations.</summary>
    public int LargeAllocations { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 16_000_000;

    /// <summary>Stretches of present pages; 16 Mi of them are 256 MiB of tables.</summary>
    public int PhysicalRuns { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 16 << 20;

    /// <summary>Bytes of the message buffer; <c>kern.msgbufsize</c> is some 100 KiB.</summary>
    public int MessageBytes { get; init => field = Bounded.Within(value, 1, Array.MaxLength); } = 64 << 20;

    /// <summary>Bytes of <c>info.N</c>.</summary>
    public int InfoBytes { get; init => field = Bounded.Within(value, 1, Array.MaxLength); } = 1 << 20;

    /// <summary>Ranges of <c>dump_avail</c>, and segments of <c>vm_phys_segs</c>.</summary>
    public int PhysicalRanges { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 1024;

    /// <summary>Problems kept; the rest is counted.</summary>
    public int Problems { get; init => field = Bounded.Within(value, 0, int.MaxValue); } = 200;
}
