using Leakstat.Fuzz;
using Leakstat.Fuzz.Dumps;

namespace Leakstat.Dump.Tests.Scenarios;

public class ShortFuzzTests
{
    [Fact]
    [Trait("Takes", "long")]
    public void Damaged_dumps_and_kernels_are_read_without_a_crash_a_hang_or_unbounded_memory()
    {
        int inputs = LongRuns.Times(2000, 50_000);
        using var target = new DumpTarget(DumpParts.All);
        var run = new FuzzRun(target, seed: 20261121) { InputTime = LongRuns.Patience };

        Assert.Empty(run.Run(0, inputs, jobs: 2));
        Assert.Equal(inputs, run.Done);

        // Damage that is refused at the door finds nothing behind it.
        Assert.InRange(target.Walked, inputs / 2, inputs);
    }
}
