using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The kernel said that PV entries (reverse mappings of pages) run out; 32-bit platforms only.</summary>
public sealed class LS0205PvEntryLimit : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0205";

    /// <inheritdoc/>
    public string Name => "PV entry limit near";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [new("dmesg, or sysctl vm.pmap", c => c.Latest.Messages is not null
        || c.Latest.Sysctls.Count > 0)];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        // The message is printed over two lines; the first is the one that counts.
        foreach ((_, MessageGroup group) in MessageGroup.By(
            context, t => t.Contains("Approaching the limit on PV entries", StringComparison.Ordinal) ? "pv" : null))
        {
            Subject subject = Subject.Zone(KnownNames.PageMapping);
            yield return new Finding
            {
                Rule = Id,
                Title = "PV entries near their limit: page mappings are being torn down to make room",
                Severity = Severity.Warning,
                Verdict = Verdict.Exhaustion,
                Subject = subject,
                Confidence = 0.9,
                Evidence = [.. group.Evidence(), .. Counters(context)],
                Owners = OwnerLookup.Of(context, subject),
                Advice = Advise(context),
            };
        }
    }

    private static IEnumerable<Evidence> Counters(DiagnosisCase context)
    {
        if (context.Sysctl("vm.pmap.pv_entry_count") is { } count)
        {
            yield return Evidence.Of($"{Display.Count(count.Value)} PV entries in use at the capture", count);
        }

        if (context.Sysctl("vm.pmap.pv_entry_max") is { } limit)
        {
            yield return Evidence.Of($"limit: {Display.Count(limit.Value)} PV entries", limit);
        }
    }

    private static ImmutableArray<Advice> Advise(DiagnosisCase context)
    {
        Advice look = Advice.Look(
            "Many processes that map the same large shared memory (database servers) need one PV entry per page and "
                + "process: look for them first.",
            "ps -axo pid,vsz,rss,comm | sort -nrk3 | head",
            "ipcs -m");
        return context.Latest.Host.Architecture is "amd64" or "arm64" or null
            ? [look]
            : [look, PvEntryAdvice.Raise(context)];
    }
}
