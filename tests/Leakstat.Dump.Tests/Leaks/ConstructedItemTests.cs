using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Tests.Scenarios;

namespace Leakstat.Dump.Tests.Leaks;

/// <summary>What the last user of a free item left in it.</summary>
public sealed class ConstructedItemTests
{
    /// <summary>
    /// A constructor that only makes locks owns nothing; of one that is not known the item is read whole, and what it points to is
    /// not called lost.
    /// </summary>
    [Theory]
    [InlineData("pipe_zone_init", false, true)]
    [InlineData("pipe_zone_init", true, true)]
    [InlineData("vm_object_zinit", false, true)]
    [InlineData("softc_init", false, false)]
    [InlineData("softc_init", true, false)]
    [InlineData(null, false, true)]
    [InlineData(null, true, true)]
    public void Holds_nothing_where_its_constructor_only_makes_locks(string? init, bool isCached, bool isLost)
    {
        var heap = new Scenario();
        Zone zone = heap.Zone("constructed", 200, new ZoneOptions { Init = init });
        heap.Chain([heap.Variable("all_constructed"), .. heap.Many(zone, 4)]);
        Item lost = heap.New(heap.Zone("widget", 216));
        Item free = heap.New(zone);
        heap.Stale(free, lost, at: 64);
        _ = isCached ? heap.Cache(free) : heap.Free(free);

        using Opened opened = Opened.Minidump(heap.Crash());
        LeakReport report = LeakSearch.Run(opened.Dump, new LeakOptions());

        Assert.Equal(isLost ? [lost.Address] : [], report.Leaks.SelectMany(g => g.Addresses));
    }
}
