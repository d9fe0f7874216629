using System.Buffers.Binary;
using System.Text;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Writer;

/// <summary>The writer itself: what it makes is what the sources of FreeBSD say, by hand-computed places.</summary>
public class MachineTests
{
    public static TheoryData<string> Releases => ["12", "13", "14", "15", "arm"];

    internal static MachineOptions OptionsOf(string name) => name switch
    {
        "12" => new MachineOptions { Release = FreeBsd.V12 },
        "13" => new MachineOptions { Release = FreeBsd.V13 },
        "15" => new MachineOptions { Release = FreeBsd.V15, La57 = true },
        "arm" => new MachineOptions { IsArm = true },
        _ => new MachineOptions(),
    };

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_machine_makes_dumps_of_every_form(string name)
    {
        CrashedMachine crashed = new Scenario(OptionsOf(name)).Crash();

        byte[] dump = Minidump.Of(crashed);
        Assert.Equal("minidump FreeBSD/" + (name == "arm" ? "arm64" : "amd64"), Encoding.ASCII.GetString(dump, 0, 22));
        Assert.Equal(0, dump.Length % 4096);
        Assert.True(crashed.DumpedPages.Count * 4096 < dump.Length);

        byte[] elf = ElfDumps.Full(crashed);
        Assert.Equal(4, BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(16)));
        Assert.Equal(512 * 2, DumpPartition.Of(crashed, dump, slack: 0).Length - dump.Length);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes() =>
        Assert.Equal(Minidump.Of(Planted().Crash()), Minidump.Of(Planted().Crash()));

    [Fact]
    public void The_first_pages_of_memory_have_the_first_bits()
    {
        // Memory starts with pages 1 to 159: page 256 (at 1 MiB) has bit 159 where bits are counted through the ranges.
        CrashedMachine crashed = new Scenario().Crash();
        byte[] dump = Minidump.Of(crashed);
        int ranges = 4096 + 8192;
        Assert.Equal(0x1000UL, BinaryPrimitives.ReadUInt64LittleEndian(dump.AsSpan(ranges)));
        Assert.Equal(0x100000UL, BinaryPrimitives.ReadUInt64LittleEndian(dump.AsSpan(ranges + 16)));

        // The kernel lies at 2 MiB: page 512, which is bit 159 + 256.
        int bit = 159 + 256;
        byte[] bitmap = dump[(ranges + 4096)..];
        Assert.Equal(0, bitmap[(bit - 1) / 8] >> ((bit - 1) % 8) & 1);
        Assert.Equal(1, bitmap[bit / 8] >> (bit % 8) & 1);
    }

    [Fact]
    public void What_is_lost_follows_from_the_pointers_alone()
    {
        var heap = new Scenario();
        Zone zone = heap.Zone("widget", 216);
        Item[] items = heap.Many(zone, 6);
        heap.Point(heap.Variable("head"), items[0]).Chain(items[0], items[1]);
        heap.Chain(items[2], items[3], items[2]);
        heap.Point(items[4], items[5]).Cache(items[4]);

        Assert.Equal([items[2], items[3], items[5]], heap.Machine.References.Lost().Order(Comparer<IPlace>.Create(
            (a, b) => a.Address.CompareTo(b.Address))));
    }

    [Fact]
    public void Parity_of_the_partition_header_is_even_in_every_bit()
    {
        CrashedMachine crashed = new Scenario().Crash();
        byte[] partition = DumpPartition.Of(crashed, [1, 2, 3], slack: 1024);
        uint parity = 0;
        for (int i = 0; i < 512; i += 4)
        {
            parity ^= BinaryPrimitives.ReadUInt32LittleEndian(partition.AsSpan(1024 + i));
        }

        Assert.Equal(0u, parity);
    }

    private static Scenario Planted()
    {
        var heap = new Scenario();
        heap.Many(heap.Zone("widget", 216), 100);
        return heap;
    }
}
