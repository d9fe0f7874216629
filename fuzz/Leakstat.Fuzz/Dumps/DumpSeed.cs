using Leakstat.Dump.Tests.Image;

namespace Leakstat.Fuzz.Dumps;

/// <summary>A well-formed dump with its kernel, and the places in both where damage does most.</summary>
internal sealed class DumpSeed
{
    private DumpSeed(string name, byte[] dump, string kernelFolder, bool isWhole)
    {
        Name = name;
        Dump = dump;
        KernelFolder = kernelFolder;
        IsWhole = isWhole;
        Kernel = File.ReadAllBytes(Path.Combine(kernelFolder, "kernel"));
        DumpWords = Words(dump);
        KernelWords = Words(Kernel);
    }

    public string Name { get; }

    public byte[] Dump { get; }

    public byte[] Kernel { get; }

    /// <summary>Folder with the kernel and its modules.</summary>
    public string KernelFolder { get; }

    /// <summary>Whether it is a dump of all memory, whose page tables must be looked for.</summary>
    public bool IsWhole { get; }

    /// <summary>Places of words that are not zero.</summary>
    public int[] DumpWords { get; }

    /// <summary>Likewise in the kernel's file.</summary>
    public int[] KernelWords { get; }

    /// <summary>Dumps of every form and release, their kernels in a folder.</summary>
    public static DumpSeed[] Make(string folder)
    {
        // A kernel map of 4 GiB makes for small page tables; nothing else depends on where it starts.
        MachineOptions small = new() { Memory = 16 << 20, LargePages = false, MapStart = 0xffffffff00000000 };
        CrashedMachine v14 = Heap(small, "14", folder, TypeInformation.Plain);
        CrashedMachine v12 = Heap(small with { Release = FreeBsd.V12 }, "12", folder, TypeInformation.Compressed);
        CrashedMachine v15 = Heap(small with { Release = FreeBsd.V15, La57 = true }, "15", folder, TypeInformation.Version2);
        CrashedMachine bare = Heap(small with { Release = FreeBsd.V13 }, "13", folder, TypeInformation.None);
        CrashedMachine arm = Heap(new MachineOptions { Memory = 16 << 20, IsArm = true }, "arm", folder, TypeInformation.Plain);
        return
        [
            new("minidump 3", Minidump.Of(v14), Path.Combine(folder, "14"), isWhole: false),
            new("minidump 2", Minidump.Of(v12), Path.Combine(folder, "12"), isWhole: false),
            new("minidump 1", Minidump.Of(v12, 1), Path.Combine(folder, "12"), isWhole: false),
            new("minidump la57", Minidump.Of(v15), Path.Combine(folder, "15"), isWhole: false),
            new("minidump without types", Minidump.Of(bare), Path.Combine(folder, "13"), isWhole: false),
            new("minidump arm64", Minidump.Of(arm), Path.Combine(folder, "arm"), isWhole: false),
            new("partition", DumpPartition.Of(v14, Minidump.Of(v14), slack: 4096), Path.Combine(folder, "14"), isWhole: false),
            new("elf", ElfDumps.Full(v14), Path.Combine(folder, "14"), isWhole: true),
            new("elf arm64", ElfDumps.Full(arm), Path.Combine(folder, "arm"), isWhole: true),
            new("qemu la57", ElfDumps.Qemu(v15), Path.Combine(folder, "15"), isWhole: true),
        ];
    }

    private static CrashedMachine Heap(MachineOptions options, string name, string folder, TypeInformation types)
    {
        var heap = new Scenario(options);
        Zone inline = heap.Zone("widget", 216);
        Zone away = heap.Zone("gadget", 600, new ZoneOptions { Pages = 2, OffPage = true, Flags = KegTraits.NotPage });
        Item[] items = heap.Many(inline, 40);
        heap.Point(heap.Variable("list"), items[0]).Chain(items[..20]);
        heap.Chain(heap.Many(away, 10));
        heap.Mbufs.Packet();
        heap.Mbufs.FreePacket();
        heap.Point(heap.Variable("socket"), heap.Mbufs.Control(items[21], items[22]));
        heap.Point(heap.Variable("xsoftc", 400), heap.Block("cam_eb", 128), at: 40);
        Module leaking = heap.Machine.Modules.Load("if_leak.ko");
        heap.Machine.Malloc.Type("leak", leaking.Variable("M_LEAK", heap.Machine.Layouts["malloc_type"].Size, ".data").Address, leaking.Text("leak"));
        IPlace holder = leaking.Variable("list");
        for (int i = 0; i < 10; i++)
        {
            Item kept = heap.Block("leak", 100);
            heap.Point(holder, kept, at: 0);
            heap.Block("leak", 100);
            holder = kept;
        }

        if (!options.IsArm)
        {
            heap.Machine.Threads.Start("idle", "idle: cpu1").Call("sched_idletd").Stop(cpu: 1);
        }

        heap.Large("bigbuf", 70_000);
        heap.Cache(items[30], BucketPlace.Domain).Cache(items[31]).Free(items[32]);
        heap.Machine.Modules.Load("if_foo.ko").Variable("foo_softc");
        heap.Machine.Threads.End();
        CrashedMachine crashed = heap.Crash();
        crashed.WriteKernel(Path.Combine(folder, name), types);
        return crashed;
    }

    private static int[] Words(byte[] bytes)
    {
        List<int> words = [];
        for (int at = 0; at + 8 <= bytes.Length; at += 8)
        {
            if (BitConverter.ToUInt64(bytes, at) != 0)
            {
                words.Add(at);
            }
        }

        return [.. words];
    }
}
