using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis.Advising;

/// <summary>The bound of the ARC is what its text says, on small hosts too.</summary>
public sealed class ArcLimitAdviceTests
{
    private const long Mega = 1L << 20;

    [Fact]
    public void A_host_with_little_memory_keeps_an_eighth_for_the_ARC_at_least()
    {
        // 1,005 MiB in all: nothing is left above 2 GiB; an eighth is 125.6 MiB, the next step of 64 MiB is 128.
        DiagnosisCase host = HostWith.Release("14.2-RELEASE")
            .Queues(400 * Mega, 300 * Mega, 205 * Mega, 0, 100 * Mega)
            .Arc("size", 300 * Mega).Arc("c_max", 900 * Mega).Arc("c_min", 32 * Mega).Case();
        MemoryState memory = MemoryState.Of(host.Latest, host.Ledger)!;
        Assert.Equal(1005 * Mega, memory.Total);

        Assert.Equal(128 * Mega, ArcLimitAdvice.Bound(host, ArcView.Of(host.Latest)!, memory));
    }
}
