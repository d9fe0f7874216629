using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Tests.Scenarios;
using Leakstat.Model;

namespace Leakstat.Dump.Tests.Leaks;

/// <summary>Which type lost blocks are said to be of: where the evidence decides, where it must not, and how sure it is called.</summary>
public sealed class TypeCandidateTests
{
    private const int Size = 216;
    private readonly Scenario _heap = new();
    private readonly Module _module;

    public TypeCandidateTests()
    {
        _module = _heap.Machine.Modules.Load("if_leak.ko");
        TypeIn(_module, "leak");

        // Types of the kernel with many live allocations of the bucket, of other looks.
        Hold(_heap.Variable("devices"), Many("devbuf", 300, ("devbuf", 0)));
        Hold(_heap.Variable("nodes"), Many("solaris", 500, (null, 0x1234_5678_9abc)));
        foreach (string type in (string[])["devbuf", "solaris"])
        {
            _heap.Point(_heap.Variable($"other_{type}"), _heap.Block(type, 1000));
        }
    }

    [Fact]
    public void Blocks_that_look_the_same_and_are_held_by_a_module_decide()
    {
        // A list in the module's data runs through 60 that were not lost; another size, so that the books do not tell.
        Hold(_module.Variable("list"), Many("leak", 60, (null, 0xfeed_0000_0001)));
        _heap.Point(_module.Variable("softc"), _heap.Block("leak", 1000));
        Many("leak", 40, (null, 0xfeed_0000_0001));

        TypeCandidate first = Candidates()[0];

        Assert.Equal(("leak", "if_leak.ko"), (first.Type, first.Module));
        Assert.InRange(first.Confidence, 0.8, 0.95);
        Assert.Contains("if_leak.ko, which declares the type, holds 60 of the 60 blocks that look like them", first.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_the_modules_device_holds_them_as_well()
    {
        Item softc = _heap.Block("devbuf", 1000);
        Item table = _heap.Block("leak", 4096);
        _heap.Point(_module.Variable("softc"), softc).Point(softc, table);
        foreach (Item item in Many("leak", 60, (null, 0xfeed_0000_0001)))
        {
            _heap.Point(table, item);
        }

        Many("leak", 40, (null, 0xfeed_0000_0001));

        Assert.True(Candidates()[0] is { Type: "leak", Confidence: > 0.8 });
    }

    [Fact]
    public void Blocks_that_others_hold_too_do_not_decide()
    {
        Hold(_module.Variable("list"), Many("leak", 60, (null, 0xfeed_0000_0001)));
        _heap.Point(_module.Variable("softc"), _heap.Block("leak", 1000));
        Hold(_heap.Variable("others"), Many("devbuf", 70, (null, 0xfeed_0000_0001)));
        Many("devbuf", 40, (null, 0xfeed_0000_0001));

        Assert.All(Candidates(), c => Assert.True(c.Confidence <= 0.5, c.ToString()));
    }

    [Fact]
    public void Two_neighbours_do_not_decide()
    {
        Hold(_module.Variable("list"), Many("leak", 2, (null, 0xfeed_0000_0001)));
        TypeHas("leak", 100);
        Many("devbuf", 40, (null, 0xfeed_0000_0001));

        Assert.All(Candidates(), c => Assert.True(c.Confidence <= 0.5, c.ToString()));
    }

    [Fact]
    public void Blocks_without_look_do_not_decide_for_the_module_that_has_some()
    {
        Hold(_module.Variable("list"), Many("leak", 60));
        _heap.Point(_module.Variable("softc"), _heap.Block("leak", 1000));
        Hold(_heap.Variable("zeros"), Many("devbuf", 200));
        Many("devbuf", 40);

        Assert.All(Candidates(), c => Assert.True(c.Confidence <= 0.5, c.ToString()));
    }

    [Fact]
    public void The_books_of_a_type_of_one_size_decide_between_two_that_look_the_same()
    {
        Module second = _heap.Machine.Modules.Load("if_twin.ko");
        TypeIn(second, "twin");
        Hold(_module.Variable("list"), Many("leak", 60));
        Hold(second.Variable("list"), Many("twin", 60));
        Many("twin", 40);

        TypeCandidate[] found = Candidates();

        Assert.Equal("twin", found[0].Type);
        Assert.InRange(found[0].Confidence, 0.8, 0.98);
        Assert.Contains("with 60 that are held, as many are lost as it has live allocations", found[0].Why, StringComparison.Ordinal);
        Assert.DoesNotContain(found, c => c.Type == "leak" && c.Confidence > 0.2);
    }

    [Fact]
    public void The_name_of_a_lock_decides()
    {
        ulong name = _heap.Machine.Kernel.Text("kqueue");
        Hold(_heap.Variable("queues"), Many("kqueue", 30));
        _heap.Point(_heap.Variable("large_queue"), _heap.Block("kqueue", 1000));
        foreach (Item item in Many("kqueue", 25))
        {
            _heap.Machine.Space.Write(item.Address + 32, name);
            _heap.Machine.Space.Write(item.Address + 40, 0x2103_0000);
        }

        TypeCandidate first = Candidates()[0];

        Assert.Equal("kqueue", first.Type);
        Assert.InRange(first.Confidence, 0.8, 0.95);
        Assert.Contains("have a lock \"kqueue\"", first.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x0100_0000)]
    [InlineData(0x0f03_0000)]
    [InlineData(0xff03_0000)]
    public void A_text_that_is_no_lock_does_not_decide(ulong flags)
    {
        ulong name = _heap.Machine.Kernel.Text("kqueue");
        Hold(_heap.Variable("queues"), Many("kqueue", 30));
        _heap.Point(_heap.Variable("large_queue"), _heap.Block("kqueue", 1000));
        foreach (Item item in Many("devbuf", 25))
        {
            _heap.Machine.Space.Write(item.Address + 32, name);
            _heap.Machine.Space.Write(item.Address + 40, flags);
        }

        Assert.All(Candidates(), c => Assert.True(c.Confidence <= 0.5, c.ToString()));
    }

    [Fact]
    public void Pointers_into_a_module_decide_and_its_types_share_what_they_say()
    {
        IPlace function = _module.Variable("leak_tick", 64, ".text");
        TypeIn(_module, "leakctl");
        TypeHas("leakctl", 1000);
        TypeHas("leak", 1000);
        _heap.Point(_heap.Variable("ctl"), _heap.Block("leakctl", 1000));
        _heap.Point(_heap.Variable("softc"), _heap.Block("leak", 1000));
        foreach (Item item in Many("leak", 40))
        {
            _heap.Machine.Space.Write(item.Address + 48, function.Address);
        }

        TypeCandidate[] found = Candidates();

        Assert.Equal(["leak", "leakctl"], found.Take(2).Select(c => c.Type));
        Assert.All(found.Take(2), c => Assert.InRange(c.Confidence, 0.4, 0.5));
        Assert.All(found.Take(2), c => Assert.Contains("100% of the blocks point into if_leak.ko", c.Why!.Replace(" %", "%", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void The_only_type_that_has_as_many_is_it_where_the_blocks_are_of_one_kind()
    {
        TypeHas("leak", 2000);
        _heap.Point(_heap.Variable("softc"), _heap.Block("leak", 1000));
        foreach (Item item in Many("leak", 900))
        {
            _heap.Machine.Space.WriteText(item.Address + 8, "session");
        }

        TypeCandidate only = Assert.Single(Candidates());

        Assert.Equal(("leak", 0.8), (only.Type, only.Confidence));
    }

    [Fact]
    public void What_all_other_types_have_together_is_too_little()
    {
        // 300 of devbuf, 500 of solaris and their blocks of 1 KiB are 206,848 bytes; 3,000 of 256 bytes are lost. The type has another
        // size too, so that its number of blocks does not tell.
        Many("leak", 3000);
        _heap.Point(_heap.Variable("softc"), _heap.Block("leak", 1000));

        TypeCandidate first = Candidates()[0];

        Assert.Equal("leak", first.Type);
        Assert.Contains("206848 bytes, and 768000 are lost", first.Why, StringComparison.Ordinal);
        Assert.InRange(first.Confidence, 0.73, 0.8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void Pages_without_a_bucket_are_of_a_type_that_used_none_although_their_size_is_a_buckets(int held)
    {
        // contigmalloc(9) and large malloc(9) set no bit of the mask: a type that used the bucket of that size says nothing.
        foreach (string type in (string[])["leak_contig", "leak_big"])
        {
            TypeIn(_module, type);
        }

        Hold(_heap.Variable("buffers"), [.. Enumerable.Range(0, 60).Select(_ => _heap.Block("devbuf", 16_384))]);
        Large("devbuf", 40, 200_000, contiguous: false, held: 40);
        Large("leak_contig", 20 + held, 16_384, contiguous: true, held);
        Large("leak_big", 5 + held, 100_000, contiguous: false, held);

        using Opened opened = Opened.Minidump(_heap.Crash());
        LeakGroup[] groups = [.. LeakSearch.Run(opened.Dump, new LeakOptions()).Leaks.Where(l => l.Kind == LeakKind.Large)];

        Assert.Equal([("contigmalloc", 20L), ("malloc", 5)], groups.OrderBy(g => g.Name, StringComparer.Ordinal).Select(g => (g.Name, g.Count)));
        Assert.Equal(["leak_contig", "leak_big"], groups.OrderBy(g => g.Name, StringComparer.Ordinal).Select(g => g.Candidates[0].Type));
        Assert.All(groups, g => Assert.InRange(g.Candidates[0].Confidence, 0.8, 0.95));
        Assert.All(groups, g => Assert.DoesNotContain(g.Candidates.Skip(1), c => c.Confidence > 0.2));
    }

    [Fact]
    public void A_type_of_another_subzone_is_no_candidate()
    {
        var heap = new Scenario(new MachineOptions { MallocSubzones = 8 });
        (string Type, int Subzone)[] types = [("leak", 3), ("devbuf", 1), ("solaris", 3)];
        foreach ((string type, int subzone) in types)
        {
            heap.Machine.Malloc.Type(type).Subzone = subzone;
            Item[] held = [.. Enumerable.Range(0, 300).Select(_ => heap.Block(type, Size))];
            heap.Point(heap.Variable($"all_{type}"), held[0]).Chain(held);
        }

        for (int i = 0; i < 40; i++)
        {
            heap.Block("leak", Size);
        }

        using Opened opened = Opened.Minidump(heap.Crash());
        LeakGroup lost = LeakSearch.Run(opened.Dump, new LeakOptions()).Leaks.Single();

        Assert.Equal(("malloc-256", 40L), (lost.Name, lost.Count));
        Assert.Equal(["leak", "solaris"], lost.Candidates.Select(c => c.Type).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Blocks_that_another_type_of_the_module_holds_are_not_added_to_what_a_type_has_lost()
    {
        // 100 of one type are lost; the module holds 120 blocks that look the same and are of another of its types.
        TypeIn(_module, "leakctl");
        Hold(_module.Variable("list"), Many("leakctl", 120, (null, 0xfeed_0000_0001)));
        Many("leak", 100, (null, 0xfeed_0000_0001));

        Assert.All(Candidates().Where(c => c.Module == "if_leak.ko"), c => Assert.DoesNotContain("fewer than", c.Why, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_sure_where_nothing_tells()
    {
        TypeHas("leak", 100);
        Many("devbuf", 40);

        Assert.All(Candidates(), c => Assert.True(c.Confidence <= 0.5, c.ToString()));
    }

    private TypeCandidate[] Candidates()
    {
        using Opened opened = Opened.Minidump(_heap.Crash());
        return [.. LeakSearch.Run(opened.Dump, new LeakOptions()).Leaks.Single(l => l.Name == "malloc-256").Candidates];
    }

    private void TypeIn(Module module, string name) => _heap.Machine.Malloc.Type(
        name, module.Variable($"M_{name}", _heap.Machine.Layouts["malloc_type"].Size, ".data").Address, module.Text(name));

    /// <summary>A type has so many live allocations of the bucket, wherever they are.</summary>
    private void TypeHas(string name, int count)
    {
        Image.MallocType type = _heap.Machine.Malloc.Type(name);
        type.Allocations += count;
        type.Allocated += count * 256L;
        type.Sizes |= 1 << 4;
    }

    /// <summary>Blocks of zeros with a text and a number in them.</summary>
    private Item[] Many(string type, int count, (string? Text, ulong Number) content = default) => [.. Enumerable.Range(0, count).Select(i =>
    {
        Item item = _heap.Block(type, Size);
        _heap.Machine.Space.Write(item.Address, new byte[256]);
        _heap.Machine.Space.Write(item.Address + 24, content.Number);
        if (content.Text is { } text)
        {
            _heap.Machine.Space.WriteText(item.Address + 32, text);
        }

        return item;
    })];

    /// <summary>Allocations of whole pages, the first of which are held.</summary>
    private void Large(string type, int count, int size, bool contiguous, int held)
    {
        IPlace table = _heap.Variable($"{type}_table", 16 + (count * 8));
        for (int i = 0; i < count; i++)
        {
            LargeBlock block = _heap.Large(type, size, contiguous);
            if (i < held)
            {
                _heap.Point(table, block);
            }
        }
    }

    /// <summary>A list from a variable through all of them.</summary>
    private void Hold(IPlace head, Item[] items)
    {
        _heap.Point(head, items[0]);
        foreach ((Item item, Item next) in items.Zip(items.Skip(1)))
        {
            _heap.Point(item, next, at: 0);
        }
    }
}
