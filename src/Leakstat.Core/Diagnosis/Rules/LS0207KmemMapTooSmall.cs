using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The panic of FreeBSD 9 and before: no room left in the kernel's malloc arena.</summary>
public sealed class LS0207KmemMapTooSmall : IRule
{
    /// <summary>A single request from here on is the problem itself, whatever was allocated before.</summary>
    private const long HugeRequest = 256L << 20;

    /// <inheritdoc/>
    public string Id => "LS0207";

    /// <inheritdoc/>
    public string Name => "kmem_map too small";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        // A dump's summary holds the panic of the boot before this one, so that every line counts, not the last boot's;
        // the line that says most of it.
        (KernelMessage Message, KmemMapPanic Panic)[] lines =
        [
            .. CurrentBoot.AndThoseBefore(context).Select(m => (Message: m, Panic: KmemMapPanic.Of(m.Text)))
                .Where(m => m.Panic is not null).Select(m => (m.Message, m.Panic!.Value)),
        ];
        if (lines.Length == 0)
        {
            yield break;
        }

        yield return Of(context, lines.MaxBy(l => (l.Panic.Total is not null, l.Panic.Request is not null)));
    }

    private Finding Of(DiagnosisCase context, (KernelMessage Message, KmemMapPanic Panic) line)
    {
        (KernelMessage message, KmemMapPanic panic) = line;

        // People quote it without its end; what was allocated is not known then.
        SourceLine at = CurrentBoot.At(context, message);
        bool isHuge = panic.Request >= HugeRequest;
        return new Finding
        {
            Rule = Id,
            Title = isHuge
                ? $"panic: one request for {Display.Bytes(panic.Request!.Value)} of kernel memory did not fit into "
                    + "kmem_map"
                : panic.Total is { } total ? $"panic: kmem_map was full ({Display.Bytes(total)} allocated)"
                : "panic: kmem_map was full",
            Severity = Severity.Critical,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host("kmem"),
            Confidence = 0.95,
            IsPast = true,
            Evidence =
            [
                new Evidence($"the kernel says: {message.Text.Trim()}", panic.Total, Unit.Bytes, at),
                Reason(panic, isHuge, at),
                .. context.Sysctl("vm.kmem_size") is { } size
                    ? [Evidence.Of($"vm.kmem_size is {Display.Bytes(size.Value)}", size, Unit.Bytes)]
                    : ImmutableArray<Evidence>.Empty,
            ],
            Advice = Advise(context),
            BytesAtStake = panic.Total ?? 0,
        };
    }

    private static Evidence Reason(KmemMapPanic panic, bool isHuge, SourceLine at) => panic.Request is not { } request
        ? new Evidence("the map that malloc(9) and zones take their address space from was full: what filled it is "
            + "the question")
        : new Evidence(
            isHuge
                ? "a request of that size comes from a length nobody checked, not from a leak"
                : $"the last request was for {Display.Bytes(request)}: what filled the map before is the question",
            request, Unit.Bytes, at);

    private static ImmutableArray<Advice> Advise(DiagnosisCase context) =>
    [
        Advice.Look(
            "See which malloc type or zone held it; the tables of a crash summary (core.txt) are of the moment of "
                + "the panic.",
            "vmstat -m",
            "vmstat -z"),
        context.Latest.Host.Architecture == "i386"
            ? Advice.Look(
                "Kernel address space is short on i386: lower what uses it (the ARC, buffers); the size of the map "
                    + "itself is fixed by the kernel option KVA_PAGES.",
                "sysctl vm.kmem_size vm.kmem_size_max vm.kvm_free")
            : new Advice
            {
                Kind = TunableAdvice.Loader,
                Text = "On amd64 the default is the size of physical memory: if vm.kmem_size is set in "
                    + $"{SettingPlaces.Loader(context.Latest.Host)} to less, take the line out. The panic is one of "
                    + "FreeBSD 9 and before: newer releases have no such map.",
                Commands = [SettingPlaces.Grep(context.Latest.Host, "kmem_size")],
                Risk = "Read at boot only; too large a value can keep the host from booting.",
                Revert = "Put the line back; at the loader prompt: unset vm.kmem_size, then boot.",
            },
    ];
}
