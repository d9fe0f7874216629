using System.Globalization;
using System.Reflection;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Tests.Scenarios;

namespace Leakstat.Dump.Tests;

/// <summary>
/// Every bound is crossed: by a dump that is sound, read with a bound below what it holds. What is beyond it is a problem or
/// a fault that is said, never an exception, and never silence.
/// </summary>
public sealed class DumpLimitsTests
{
    /// <summary>Bounds that this machine does not cross, or whose crossing is not said, and why.</summary>
    private static readonly Dictionary<string, string> s_notCrossedHere = new()
    {
        ["Segments"] = "the kernel of the image has one",
        ["TypeDepth"] = "what lies deeper has no layout; a structure that is needed and has none is said",
        ["BucketEntries"] = "no bucket of the image holds more than one item",
        ["LargeAllocations"] = "the image has one",
        ["StackPages"] = "a thread without a stack is a thread that has not run, too",
        ["MessageBytes"] = "a message buffer that is cut loses its oldest lines, as it does by itself",
        ["Problems"] = "the image is sound; crossed below",
    };

    private static PropertyInfo[] Bounds =>
    [
        .. typeof(DumpLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.PropertyType == typeof(int) || p.PropertyType == typeof(long)),
    ];

    public static TheoryData<string> Names => [.. Bounds.Select(p => p.Name).Where(n => !s_notCrossedHere.ContainsKey(n))];

    [Fact]
    public void Problems_beyond_their_bound_are_counted()
    {
        (_, HashSet<string> kept, long dropped) = Read(new DumpLimits { Zones = 1, Threads = 1, Problems = 1 });

        Assert.True(dropped > 0);
        Assert.NotEmpty(kept);
    }

    [Fact]
    public void What_is_left_out_is_a_bound() =>
        Assert.Subset(Bounds.Select(p => p.Name).ToHashSet(), s_notCrossedHere.Keys.ToHashSet());

    [Fact]
    public void There_are_bounds() => Assert.InRange(Bounds.Length, 25, 60);

    [Theory]
    [MemberData(nameof(Names))]
    public void Crossing_a_bound_is_said(string bound)
    {
        (string? fault, HashSet<string> problems, long dropped) = Read(new DumpLimits());
        Assert.Null(fault);
        Assert.Equal(0, dropped);

        (string? crossedFault, HashSet<string> crossed, long crossedDropped) = Read(With(bound, 1));

        crossed.ExceptWith(problems);
        Assert.True(
            crossedFault is not null || crossed.Count > 0 || crossedDropped > 0,
            $"{bound} is crossed, and nothing is said of it");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bound_below_zero_is_refused(string bound)
    {
        TargetInvocationException refused = Assert.Throws<TargetInvocationException>(() => With(bound, -1));
        Assert.IsType<ArgumentOutOfRangeException>(refused.InnerException);
    }

    private static DumpLimits With(string bound, int value)
    {
        var limits = new DumpLimits();
        PropertyInfo property = typeof(DumpLimits).GetProperty(bound)!;
        property.SetValue(limits, Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture));
        return limits;
    }

    private static (string? Fault, HashSet<string> Problems, long Dropped) Read(DumpLimits limits)
    {
        CrashedMachine crashed = Heaps.WithLosses(new MachineOptions { Cpus = 2, Domains = 2 }, ZoneOptions.Default).Crash();
        using Opened opened = Opened.Of(
            crashed, Opened.Zstd(Minidump.Of(crashed)), "vmcore.0.zst", options: chosen => chosen with { Limits = limits });
        if (opened.Maybe is not { } dump)
        {
            return (opened.Fault?.ToString() ?? "not opened", [], 0);
        }

        _ = dump.Heap;
        _ = dump.MallocTypes;
        _ = dump.Threads;
        _ = dump.Counters;
        _ = dump.Messages;
        _ = dump.Roots;
        LeakReport report = LeakSearch.Run(dump, new LeakOptions());
        return (null, [.. dump.Problems.All.Select(p => p.Text), .. report.Notes], dump.Problems.Dropped);
    }
}
