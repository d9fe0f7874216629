using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;

namespace Leakstat.Diagnosis.Comparison;

/// <summary>What to do about growth that is not yet proven to be a leak.</summary>
internal static class GrowthAdvice
{
    /// <summary>Advice for a suspect: watch longer, repeat the load, look at who allocates.</summary>
    public static ImmutableArray<Advice> For(DiagnosisCase host, SubjectKind kind, string name, int samples)
    {
        ImmutableArray<Advice>.Builder advice = ImmutableArray.CreateBuilder<Advice>();
        if (samples < 12)
        {
            advice.Add(Advice.Look(
                "Keep capturing under the same load: a cache stops at its limit, load falls with the load, a leak does neither. "
                + "Twelve captures are the least that a trend is judged from.",
                kind == SubjectKind.Malloc
                    ? $"vmstat -m | grep -wF -- {ShellWord.Quote(name)}"
                    : $"vmstat -z | grep -F -- {ShellWord.Quote(name + ":")}"));
        }

        if (kind == SubjectKind.Malloc)
        {
            advice.Add(Advice.Look(
                "See which code allocates it: dtmalloc counts allocations by stack (it has no addresses, so that it shows who "
                + "allocates, not who forgets to free). Needs dtraceall.ko, and costs time in proportion to the allocation rate.",
                $"dtrace -n 'dtmalloc::{ProbeName(name)}:malloc {{ @[stack()] = count(); }} tick-30s {{ exit(0); }}'"));
        }
        else if (kind == SubjectKind.Wired)
        {
            advice.Add(Advice.Look(
                "Memory that no zone and no malloc type shows is taken page by page: DMA memory of drivers (rings, contiguous "
                + "buffers), GPU drivers, the IOMMU, guests of bhyve. See what was loaded, reset, plugged in or started meanwhile.",
                "kldstat -v",
                "vmstat -m | egrep 'devbuf|busdma|bounce|lkpi|drm|vmm'",
                "sysctl hw.busdma",
                "dmesg | tail -50"));
        }

        if (host.Release is null)
        {
            advice.Add(Advice.Look("The release is not in the capture; add uname, so that known bugs can be looked up.", "uname -a"));
        }

        return advice.ToImmutable();
    }

    /// <summary>The provider replaces blanks in type names (<c>sys/cddl/dev/dtmalloc/dtmalloc.c</c>).</summary>
    private static string ProbeName(string type) =>
        string.Create(type.Length, type, static (span, name) =>
        {
            for (int i = 0; i < name.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(name[i]) || name[i] is '_' or '-' or '.' ? name[i] : '_';
            }
        });
}
