using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>What to do about growth that is not yet proven to be a leak.</summary>
internal static class GrowthAdvice
{
    /// <summary>Advice for a suspect: watch longer, repeat the load, look at who allocates.</summary>
    public static ImmutableArray<Advice> For(DiagnosisCase host, SubjectKind kind, string name, int samples)
    {
        ImmutableArray<Advice>.Builder advice = ImmutableArray.CreateBuilder<Advice>();
        if (samples < 12)
        {
            ShellCommand row = $"vmstat -z | grep -F -- {ShellWord.Quote(name + ":")}";
            if (kind == SubjectKind.Malloc)
            {
                row = $"vmstat -m | grep -wF -- {ShellWord.Quote(name)}";
            }

            advice.Add(Advice.Look(
                "Keep capturing under the same load: a cache stops at its limit, load falls with the load, a leak "
                    + "does neither. "
                + "Twelve captures are the least that a trend is judged from.",
                row));
        }

        advice.Add(Trace(host, kind, name));
        if (HasLiveDump(host.Release))
        {
            advice.Add(LiveDump());
        }

        if (kind == SubjectKind.Wired)
        {
            advice.Add(Advice.Look(
                "Memory that no zone and no malloc type shows is taken page by page: DMA memory of drivers (rings, "
                    + "contiguous "
                + "buffers), GPU drivers, the IOMMU, guests of bhyve. See what was loaded, reset, plugged in or "
                + "started meanwhile.",
                "kldstat -v",
                "vmstat -m | egrep 'devbuf|busdma|bounce|lkpi|drm|vmm'",
                "sysctl hw.busdma",
                "dmesg | tail -50"));
        }

        if (host.Release is null)
        {
            advice.Add(Advice.Look(
                "The release is not in the capture; add uname, so that known bugs can be looked up.", "uname -a"));
        }

        return advice.ToImmutable();
    }

    /// <summary>
    /// Whether savecore(8) can save a dump of the running kernel: from 14.0 on (<c>-L</c>, <c>MEM_KERNELDUMP</c> of
    /// mem(4)).
    /// Where the release is not known the command says so itself.
    /// </summary>
    internal static bool HasLiveDump(FreeBsdRelease? release) => release is null || release.IsAtLeast(14);

    /// <summary>The rung above the trace: blocks that nothing points to are lost, whoever allocated them.</summary>
    private static Advice LiveDump() => Advice.Look(
        "If the stacks do not tell, a dump of the running kernel does (14.0 and later; the host goes on, /var/crash "
            + "needs room "
        + "for its kernel memory): what nothing points to any more is lost. The newest livecore is the one with the "
        + "highest number.",
        "savecore -L",
        "leakstat dump /var/crash/livecore.0 --kernel /boot/kernel leaks");

    /// <summary>
    /// The D program that follows it from allocation to release. It is written here, and run on the host.
    /// </summary>
    internal static Advice Trace(DiagnosisCase host, SubjectKind kind, string name)
    {
        string suspect = kind switch
        {
            SubjectKind.Malloc => "malloc:" + name,
            SubjectKind.Wired => "kmem",
            _ => "zone:" + name,
        };
        ShellCommand release = "";
        if (host.Release is { } known)
        {
            release = $" --release {ShellWord.Quote(known.Text)}";
        }

        return Advice.Look(
            "See which code allocates it and does not release it: leakstat writes the D program, root runs it on "
                + "the host "
            + "(dtraceall.ko is needed; it takes time in proportion to the allocation rate and stops by itself), "
            + "leakstat reads it back.",
            $"leakstat trace --print --suspect {ShellWord.Quote(suspect)}{release} > leak.d",
            "dtrace -s leak.d > leak.out 2>&1",
            "leakstat trace --read leak.out");
    }
}
