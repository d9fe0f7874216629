using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Tests.Scenarios;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump.Tests.Leaks;

/// <summary>Wired pages and ranges of the kernel arena that nobody owns: lost where nothing points at them, in whatever form.</summary>
public sealed class UnownedMemoryTests
{
    private const ulong Entry = 0x163;

    [Theory]
    [InlineData("12")]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    [InlineData("arm")]
    public void What_nothing_points_at_is_found_and_nothing_else(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        heap.Many(heap.Zone("widget", 216), 20).ToList().ForEach(item => heap.Point(heap.Variable($"widget_{item.Index}_{item.Slab.Header:x}"), item));
        ulong[] ranges = [.. Enumerable.Range(0, 10).Select(i => heap.KernelMemory(1 + (i % 3)).Address)];
        IPlace[] pages = [.. Enumerable.Range(0, 100).Select(_ => heap.WiredPage())];

        // Lost ones that only lost ones lead to, and that lead to themselves.
        heap.Machine.Space.Write(pages[0].Address + 64, pages[1].Address);
        heap.Machine.Space.Write(pages[2].Address + 8, pages[2].Address);
        Hold(heap);

        using var opened = Opened.Minidump(heap.Crash());
        LeakReport report = LeakSearch.Run(opened.Dump, new LeakOptions());

        Assert.Equal(ranges.Order(), Addresses(report, LeakKind.Range));
        Assert.Equal(pages.Select(p => p.Address).Order(), Addresses(report, LeakKind.Page));
        Assert.All(report.Leaks.Where(g => g.Kind == LeakKind.Page), g => Assert.Contains("; between ", g.Contents[0].Words, StringComparison.Ordinal));
    }

    [Fact]
    public void The_list_and_the_pages_without_owner_agree_to_the_page()
    {
        var heap = new Scenario();
        for (int i = 0; i < 7; i++)
        {
            heap.KernelMemory(3);
            heap.WiredPage();
        }

        using var opened = Opened.Minidump(heap.Crash());
        UnownedMemory memory = UnownedMemory.Find(opened.Dump);
        long parts = memory.Parts.Sum(p => p.Length) / opened.Dump.Memory.PageSize;

        Assert.Equal(opened.Dump.PageOwners.Owner.Count(o => o == PageOwner.Unknown), memory.Pages);
        Assert.Equal(memory.Pages, parts + memory.PagesOfOthers);
        Assert.Equal(7, memory.Parts.Count(p => p is { IsRange: true, Length: 3 * 4096 }));
        Assert.True(memory.PagesOfOthers > 0);
    }

    /// <summary>Held: by an address of either map, by the vm_page, by the physical address, by an entry of a page table.</summary>
    private static void Hold(Scenario heap)
    {
        AddressSpace space = heap.Machine.Space;
        LargeBlock byMap = heap.KernelMemory(2);
        heap.Point(heap.Variable("by_map"), byMap, inside: 4096 + 8);
        LargeBlock direct = heap.KernelMemory(2);
        heap.Point(heap.Variable("by_direct"), direct, inside: 4096, form: PointerForm.Direct);
        IPlace page = heap.WiredPage();
        heap.Point(heap.Variable("by_address"), page, inside: 40);
        IPlace structure = heap.WiredPage();
        space.Write(heap.Variable("by_structure").Address, heap.Machine.Pages.AddressOf(space.Physical(structure.Address)));
        IPlace physical = heap.WiredPage();
        heap.Point(heap.Variable("by_physical"), physical, form: PointerForm.Physical);
        IPlace entry = heap.WiredPage();
        space.Write(page.Address + 8, space.Physical(entry.Address) | Entry);
        Item block = heap.Block("holder", 100);
        IPlace byBlock = heap.WiredPage();
        heap.Point(heap.Variable("holder"), block).Point(block, byBlock);
    }

    private static IEnumerable<ulong> Addresses(LeakReport report, LeakKind kind) =>
        report.Leaks.Where(g => g.Kind == kind).SelectMany(g => g.Addresses).Order();
}
