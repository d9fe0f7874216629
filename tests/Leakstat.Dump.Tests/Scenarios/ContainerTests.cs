using System.Text;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>One machine in every form a dump has: the same words stand at the same addresses.</summary>
public class ContainerTests
{
    private static readonly Lazy<(CrashedMachine Crashed, IPlace Block)> s_given = new(() =>
    {
        var heap = new Scenario();
        IPlace block = heap.Large("bigbuf", 300_000);
        heap.Point(heap.Variable("big"), block);
        for (int page = 0; page < 74; page++)
        {
            heap.Machine.Space.WriteText(block.Address + ((ulong)page * 4096), $"page {page} of the block");
        }

        return (heap.Crash("Fatal trap 12: page fault while in kernel mode"), block);
    });

    public static TheoryData<string> Forms =>
    [
        "minidump 1", "minidump 2", "minidump 3", "elf", "qemu", "partition", "partition 1", "partition gzip", "gzip", "zstd",
        "full gzip", "no info",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_opens_and_has_the_same_memory(string form)
    {
        (CrashedMachine crashed, IPlace block) = form == "minidump 1" ? OfVersion1() : s_given.Value;
        using Opened opened = Open(crashed, form);

        Assert.Null(opened.Fault);
        Assert.Equal("FreeBSD 14.2-RELEASE", opened.Dump.Identity.Version[..20]);
        Assert.Equal(1402000, opened.Dump.Identity.OsRelDate);
        Assert.Equal("amd64", opened.Dump.Identity.Architecture);
        Assert.Equal("Fatal trap 12: page fault while in kernel mode", opened.Dump.Identity.Panic);
        for (int page = 0; page < 74; page++)
        {
            Assert.Equal($"page {page} of the block", opened.Dump.Memory.String(block.Address + ((ulong)page * 4096)));
        }

        // The same page through the direct map.
        ulong direct = crashed.Machine.Space.Direct(crashed.Machine.Space.Physical(block.Address + 4096));
        Assert.Equal("page 1 of the block", opened.Dump.Memory.String(direct));
        Assert.Null(opened.Dump.Memory.String(block.Address + 0x10000000));
        Assert.Null(opened.Dump.Memory.String(0x1000));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("13")]
    [InlineData("15")]
    [InlineData("arm")]
    public void Every_release_opens(string name)
    {
        CrashedMachine crashed = new Scenario(Writer.MachineTests.OptionsOf(name)).Crash("told by the test");
        using Opened opened = Opened.Minidump(crashed);

        Assert.Null(opened.Fault);
        Assert.Equal("told by the test", opened.Dump.Identity.Panic);
        Assert.Equal(crashed.Machine.Release.OsRelDate, opened.Dump.Identity.OsRelDate);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Every_version_of_arm_opens(uint version)
    {
        CrashedMachine crashed = new Scenario(new MachineOptions { IsArm = true }).Crash("on arm");
        using Opened opened = Opened.Of(crashed, Minidump.Of(crashed, version));

        Assert.Null(opened.Fault);
        Assert.Equal("arm64", opened.Dump.Identity.Architecture);
        Assert.Equal("on arm", opened.Dump.Identity.Panic);
    }

    [Theory]
    [InlineData("elf")]
    [InlineData("qemu")]
    public void Five_levels_of_page_tables_are_walked(string form)
    {
        CrashedMachine crashed = new Scenario(new MachineOptions { Release = FreeBsd.V15, La57 = true }).Crash("deep");
        using Opened opened = Open(crashed, form);

        Assert.Null(opened.Fault);
        Assert.Equal("deep", opened.Dump.Identity.Panic);
    }

    [Theory]
    [InlineData("elf", "12")]
    [InlineData("elf", "13")]
    [InlineData("qemu", "14")]
    [InlineData("elf", "15")]
    public void The_tables_of_arm_are_walked_in_dumps_of_all_memory(string form, string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release) with { IsArm = true, La57 = false });
        LargeBlock block = heap.Large("big", 40 * 4096 + 100);
        heap.Machine.Space.WriteText(block.Address + 5 * 4096 + 16, "in the block");
        heap.Block("lost", 100);
        CrashedMachine crashed = heap.Crash("on arm");
        using Opened opened = Open(crashed, form);
        using Opened mini = Opened.Minidump(crashed);

        Assert.Null(opened.Fault);
        Assert.Equal(("arm64", "on arm"), (opened.Dump.Identity.Architecture, opened.Dump.Identity.Panic));
        Assert.Equal("in the block", opened.Dump.Memory.String(block.Address + 5 * 4096 + 16));
        Assert.Equal("in the block", opened.Dump.Memory.String(heap.Machine.Space.Direct(heap.Machine.Space.Physical(block.Address + 5 * 4096 + 16))));
        Assert.Null(opened.Dump.Memory.String(block.Address + 0x10000000));

        // The kernel map without the direct map, as a minidump of the same machine has it.
        Assert.Equal(mini.Dump.Memory.Translation.Mappings(), opened.Dump.Memory.Translation.Mappings());
        Assert.Equal(
            heap.Machine.References.Lost().Select(p => p.Address).Order(),
            LeakSearch.Run(opened.Dump, new LeakOptions()).Leaks.SelectMany(l => l.Addresses).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Memory_at_the_end_of_addresses_is_looked_through_once(bool arm)
    {
        CrashedMachine crashed = new Scenario(new MachineOptions { IsArm = arm }).Crash();
        byte[] bytes = ElfDumps.Full(crashed);

        // p_paddr of the last segment; p_filesz stands 8 bytes further.
        int header = 64 + (56 * (crashed.Machine.Memory.Ranges.Count - 1));
        ulong length = BitConverter.ToUInt64(bytes, header + 32);
        BitConverter.TryWriteBytes(bytes.AsSpan(header + 24), (ulong.MaxValue & ~4095UL) - length - 8192);
        using Opened opened = Opened.Of(crashed, bytes);

        Assert.Equal(DumpFaultKind.WrongKernel, opened.Fault?.Kind);
    }

    [Fact]
    public void Pages_of_16_KiB_are_told_by_the_kernel_and_walked()
    {
        var heap = new Scenario(new MachineOptions { IsArm = true, LargeArmPages = true });
        CrashedMachine crashed = heap.Crash("in large pages");
        using Opened opened = Open(crashed, "elf");

        Assert.Null(opened.Fault);
        Assert.Equal(16384, opened.Dump.Memory.PageSize);
        Assert.Equal((1402000, "in large pages"), (opened.Dump.Identity.OsRelDate, opened.Dump.Identity.Panic));
        ulong text = heap.Machine.Space.Direct(heap.Machine.Space.Physical(heap.Machine.Kernel["version"]));
        Assert.StartsWith("FreeBSD 14.2", opened.Dump.Memory.String(text, 512)!, StringComparison.Ordinal);
        KernelMapping mapping = opened.Dump.Memory.Translation.Mappings().Single(m => m.Address == heap.Machine.Kernel.Address);
        Assert.Equal((heap.Machine.Kernel.Physical, KernelFile.Size), (mapping.Physical, mapping.Length));
    }

    [Fact]
    public void Tables_of_arm_that_run_in_a_circle_end()
    {
        CrashedMachine crashed = new Scenario(new MachineOptions { IsArm = true }).Crash();
        Image.Machine machine = crashed.Machine;
        ulong root = machine.Kernel["pagetable_l0_ttbr1"];
        ulong self = machine.Space.Physical(root) | 3;
        for (int i = 1; i < 512; i++)
        {
            ulong entry = root + ((ulong)i * 8);
            if (machine.Space.Read64(entry) == 0)
            {
                machine.Space.Write(entry, self);
            }
        }

        using Opened opened = Open(crashed, "elf");

        Assert.Null(opened.Fault);
        Assert.InRange(opened.Dump.Memory.Translation.Mappings().Take(1_000_000).Count(), 1, 999_999);
        Assert.InRange(opened.Dump.Memory.Translation.TablePages().Take(1_000_000).Count(), 1, 999_999);
    }

    [Fact]
    public void The_message_buffer_is_read()
    {
        var heap = new Scenario();
        heap.Machine.System.Message("uma_zone_slab: what the test wrote");
        using Opened opened = Opened.Minidump(heap.Crash());

        Assert.Contains("uma_zone_slab: what the test wrote", opened.Dump.Messages!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_of_another_build_is_told_at_once()
    {
        CrashedMachine crashed = s_given.Value.Crashed;
        CrashedMachine other = new Scenario(new MachineOptions { Release = FreeBsd.V13 }).Crash();
        using Opened opened = Opened.Of(crashed, Minidump.Of(crashed), kernelOf: other);

        Assert.Null(opened.Maybe);
        Assert.Equal(DumpFaultKind.WrongKernel, opened.Fault!.Kind);
        Assert.Contains("14.2-RELEASE", opened.Fault.Text, StringComparison.Ordinal);
        Assert.Contains("13.0-RELEASE", opened.Fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_dump_is_told_so()
    {
        CrashedMachine crashed = s_given.Value.Crashed;
        byte[] noise = new byte[1 << 20];
        new Random(3).NextBytes(noise);
        using Opened partition = Opened.Of(crashed, DumpPartition.Of(crashed, noise, keySize: 304), "ada0p3");
        using Opened file = Opened.Of(crashed, noise, "vmcore_encrypted.0");

        Assert.Equal(DumpFaultKind.Encrypted, partition.Fault!.Kind);
        Assert.Equal(DumpFaultKind.Encrypted, file.Fault!.Kind);
    }

    [Fact]
    public void A_cut_dump_gives_what_it_still_has()
    {
        (CrashedMachine crashed, IPlace block) = s_given.Value;
        byte[] dump = Minidump.Of(crashed);
        ulong physical = crashed.Machine.Space.Physical(block.Address);
        int pagesBefore = crashed.DumpedPages.Count(page => page <= physical);
        int start = dump.Length - (crashed.DumpedPages.Count * 4096);
        using Opened opened = Opened.Of(crashed, dump[..(start + (pagesBefore * 4096))]);

        Assert.Null(opened.Fault);
        Assert.Equal("page 0 of the block", opened.Dump.Memory.String(crashed.Machine.Space.Direct(physical)));
        ulong last = crashed.Machine.Space.Physical(block.Address + (73 * 4096));
        Assert.Null(opened.Dump.Memory.String(crashed.Machine.Space.Direct(last)));
        Assert.NotEmpty(opened.Dump.Problems.All);
    }

    [Fact]
    public void Pages_that_no_range_of_memory_covers_are_left_out()
    {
        byte[] dump = Minidump.Of(s_given.Value.Crashed);
        Array.Clear(dump, 4096 + 8192 + 16, 16);
        using Opened opened = Opened.Of(s_given.Value.Crashed, dump);

        // Only the first pages of memory are left, and the kernel is not among them.
        Assert.Null(opened.Dump.Memory.String(s_given.Value.Block.Address));
        Assert.Empty(opened.Dump.Heap.Kegs);
        Assert.DoesNotContain(opened.Dump.Roots, root => root.Kind is RootKind.UnknownPage or RootKind.Boot or RootKind.KernelMap);
    }

    [Fact]
    public void A_sparse_file_reads_as_zeros()
    {
        (CrashedMachine crashed, IPlace block) = s_given.Value;
        byte[] dump = Minidump.Of(crashed);
        int at = IndexOf(dump, "page 5 of the block");
        Array.Clear(dump, at, 4096);
        using Opened opened = Opened.Of(crashed, dump);

        Assert.Equal("", opened.Dump.Memory.String(block.Address + (5 * 4096)));
        Assert.Equal("page 6 of the block", opened.Dump.Memory.String(block.Address + (6 * 4096)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("minidump FreeBSD/amd64")]
    [InlineData("minidump FreeBSD/i386")]
    [InlineData("\u007fELF")]
    [InlineData("this is a text about a dump")]
    public void What_is_no_dump_is_told_so(string text)
    {
        CrashedMachine crashed = s_given.Value.Crashed;
        using Opened opened = Opened.Of(crashed, Encoding.Latin1.GetBytes(text));

        Assert.Null(opened.Maybe);
        Assert.NotNull(opened.Fault);
    }

    private static (CrashedMachine, IPlace) OfVersion1()
    {
        // Version 1 has an entry for each page of the kernel map, which was small then.
        var heap = new Scenario(new MachineOptions { MapStart = 0xffffffff00000000 });
        IPlace block = heap.Large("bigbuf", 300_000);
        for (int page = 0; page < 74; page++)
        {
            heap.Machine.Space.WriteText(block.Address + ((ulong)page * 4096), $"page {page} of the block");
        }

        return (heap.Crash("Fatal trap 12: page fault while in kernel mode"), block);
    }

    internal static Opened Open(CrashedMachine crashed, string form) => form switch
    {
        "minidump 1" => Opened.Of(crashed, Minidump.Of(crashed, 1)),
        "minidump 2" => Opened.Of(crashed, Minidump.Of(crashed, 2)),
        "elf" => Opened.Of(crashed, ElfDumps.Full(crashed)),
        "qemu" => Opened.Of(crashed, ElfDumps.Qemu(crashed), "memory.elf", withInfo: false),
        "partition" => Opened.Of(crashed, DumpPartition.Of(crashed, Minidump.Of(crashed)), "ada0p3", withInfo: false),
        "partition 1" => Opened.Of(crashed, DumpPartition.Of(crashed, Minidump.Of(crashed), version: 1), "ada0p3", withInfo: false),
        "partition gzip" => Opened.Of(crashed, DumpPartition.Of(crashed, Minidump.Of(crashed), gzip: true), "ada0p3", withInfo: false),
        "gzip" => Opened.Of(crashed, DumpPartition.Gzip(Minidump.Of(crashed)), "vmcore.0.gz"),
        "zstd" => Opened.Of(crashed, Opened.Zstd(Minidump.Of(crashed)), "vmcore.0.zst"),
        "full gzip" => Opened.Of(crashed, DumpPartition.Gzip(ElfDumps.Full(crashed)), "vmcore_full.0.gz"),
        "no info" => Opened.Of(crashed, Minidump.Of(crashed), "anything", withInfo: false),
        _ => Opened.Minidump(crashed),
    };

    private static int IndexOf(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text));

    [Theory]
    [InlineData(TypeInformation.Compressed)]
    [InlineData(TypeInformation.None)]
    public void Without_info_the_kernel_says_host_and_time(TypeInformation types)
    {
        var heap = new Scenario();
        Image.Machine machine = heap.Machine;
        ulong prison = machine.Kernel.Define("prison0", machine.Layouts["prison"].Size);
        machine.Space.WriteText(machine.At("prison", prison).Of("pr_hostname"), "gate.example.org");
        machine.Kernel.Define("time_second", 1_795_266_405UL);
        CrashedMachine crashed = heap.Crash();
        using Opened opened = Opened.Of(crashed, Image.Minidump.Of(crashed), types: types, withInfo: false);

        Assert.Equal("gate.example.org", opened.Dump.Identity.HostName);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 13, 6, 45, TimeSpan.Zero), opened.Dump.Identity.DumpedAt);
    }
}
