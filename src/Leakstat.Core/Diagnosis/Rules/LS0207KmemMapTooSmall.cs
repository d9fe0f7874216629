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
        // A dump's summary holds the panic of the boot before this one, so that every line counts, not the last boot's.
        foreach (KernelMessage message in context.Latest.Messages?.Messages ?? [])
        {
            if (!message.Text.Contains("kmem_map too small", StringComparison.Ordinal)
                || !MessageText.TryNumberBetween(message.Text, "kmem_malloc(", "):", out long request))
            {
                continue;
            }

            // People quote it without its end; what was allocated is not known then.
            bool isWhole = MessageText.TryNumberBetween(message.Text, "kmem_map too small: ", " total allocated",
                out long total);

            SourceLine at = CurrentBoot.At(context, message);
            bool isHuge = request >= HugeRequest;
            yield return new Finding
            {
                Rule = Id,
                Title = isHuge
                    ? $"panic: one request for {Display.Bytes(request)} of kernel memory did not fit into kmem_map"
                    : isWhole ? $"panic: kmem_map was full ({Display.Bytes(total)} allocated)"
                    : "panic: kmem_map was full",
                Severity = Severity.Critical,
                Verdict = Verdict.Exhaustion,
                Subject = Subject.Host("kmem"),
                Confidence = 0.95,
                IsPast = true,
                Evidence =
                [
                    new Evidence($"the kernel says: {message.Text.Trim()}", isWhole ? total : null, Unit.Bytes, at),
                    new Evidence(
                        isHuge
                            ? "a request of that size comes from a length nobody checked, not from a leak"
                            : $"the last request was for {Display.Bytes(request)}: what filled the map before is the "
                                + "question",
                        request, Unit.Bytes, at),
                    .. context.Sysctl("vm.kmem_size") is { } size
                        ? [Evidence.Of($"vm.kmem_size is {Display.Bytes(size.Value)}", size, Unit.Bytes)]
                        : ImmutableArray<Evidence>.Empty,
                ],
                Advice = Advise(context),
                BytesAtStake = total,
            };
            yield break;
        }
    }

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
                Kind = "loader",
                Text = "On amd64 the default is the size of physical memory: if vm.kmem_size is set in "
                    + $"{SettingPlaces.Loader(context.Latest.Host)} to less, take the line out. The panic is one of "
                    + "FreeBSD 9 and before: newer releases have no such map.",
                Commands = [SettingPlaces.Grep(context.Latest.Host, "kmem_size")],
                Risk = "Read at boot only; too large a value can keep the host from booting.",
                Revert = "Put the line back; at the loader prompt: unset vm.kmem_size, then boot.",
            },
    ];
}
