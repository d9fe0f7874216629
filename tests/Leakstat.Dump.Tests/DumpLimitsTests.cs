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
    /// <summary>Bounds that an ordinary dump of a small machine stays within; each is crossed by a test of its own.</summary>
    private static readonly HashSet<string> s_crossedElsewhere = [];

    private static PropertyInfo[] Bounds =>
    [
        .. typeof(DumpLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.PropertyType == typeof(int) || p.PropertyType == typeof(long)),
    ];

    public static TheoryData<string> Names => [.. Bounds.Select(p => p.Name).Where(n => !s_crossedElsewhere.Contains(n))];

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
    public void A_bound_that_is_none_is_refused(string bound)
    {
        TargetInvocationException refused = Assert.Throws<TargetInvocationException>(() => With(bound, -1));
        Assert.IsType<ArgumentOutOfRangeException>(refused.InnerException);
    }

    private static DumpLimits With(string bound, int value)
    {
        var limits = new DumpLimits();
        PropertyInfo property = typeof(DumpLimits).GetProperty(bound)!;
        property.SetValue(limits, property.PropertyType == typeof(long) ? (long)value : value);
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
        _ = dump.Arenas;
        _ = dump.MallocTypes;
        _ = dump.Threads;
        _ = dump.Counters;
        _ = dump.Messages;
        _ = dump.Roots;
        LeakReport report = LeakSearch.Run(dump, new LeakOptions());
        return (null, [.. dump.Problems.All.Select(p => p.Text), .. report.Notes], dump.Problems.Dropped);
    }
}
