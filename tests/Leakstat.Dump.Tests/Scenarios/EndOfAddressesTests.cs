using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>
/// Walks over pages end where addresses end. A damaged thread whose stack lies there once made the walk begin again at 0 and go
/// through all of 64 bits.
/// </summary>
public class EndOfAddressesTests
{
    [Theory]
    [InlineData(0xffffffffffffc000, 3)]
    [InlineData(0xffffffffffffc000, 4)]
    [InlineData(0xffffffffffffd000, 2)]
    [InlineData(0xfffffffffffff000, 1)]
    [InlineData(0xfffffffffffff000, 16)]
    public void A_stack_at_the_end_of_addresses_is_refused_at_once(ulong stack, int pages)
    {
        var heap = new Scenario();
        heap.Many(heap.Zone("widget", 216), 20);
        Image.KernelThread thread = heap.Machine.Threads.Start("worker", "worker0").Call("worker_loop");
        CrashedMachine crashed = heap.Crash();
        StructAt at = heap.Machine.At("thread", thread.Address);
        at["td_kstack"] = stack;
        at["td_kstack_pages"] = (ulong)pages;
        using Opened opened = Opened.Minidump(crashed);

        LeakReport report = LeakSearch.Run(opened.Dump, new LeakOptions());

        Assert.Equal(20, report.Leaks.Single(leak => leak.Name == "widget").Count);
        Assert.DoesNotContain(opened.Dump.Roots, root => root.Address >= stack);
        Assert.Contains(opened.Dump.Problems.All, note => note.Text.Contains("bounds contradict the dump", StringComparison.Ordinal));

        // Refused, not walked until the steps were used up.
        Assert.DoesNotContain(opened.Dump.Problems.All, note => note.Text.Contains("many times over", StringComparison.Ordinal));
    }

    [Fact]
    public void Steps_run_out_once_and_say_so_once()
    {
        using Opened opened = Opened.Minidump(new Scenario(new MachineOptions { Memory = 16 << 20 }).Crash());
        KernelDump dump = opened.Dump;
        var context = new WalkContext(dump.Memory, dump.Symbols, dump.Types, dump.Identity, dump.Features, dump.Machine, dump.Limits, dump.Problems);
        var steps = new PageSteps(context, "a walk");
        long taken = 0;
        while (steps.Take())
        {
            taken++;
        }

        // Every page sixteen times, and four million.
        Assert.Equal((16L * dump.Memory.Physical.PageCount) + 4_000_000, taken);
        Assert.False(steps.Take());
        Assert.Single(dump.Problems.All, note => note.At.File.Path == "a walk");
    }
}
