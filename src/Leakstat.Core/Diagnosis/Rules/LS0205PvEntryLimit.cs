using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Messages;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// The kernel said that PV entries (reverse mappings of pages) run out; 32-bit platforms, and amd64 of old.
/// </summary>
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
            LimitUse use = PvEntryLimit.Use(context);
            LimitMetAgain? again = LimitMetAgain.Of(context, group.Counted);
            bool isElsewhere = PvEntryLimit.IsUnknownHere(context);
            yield return new Finding
            {
                Rule = Id,
                Title = TitleOf(use, again),
                Severity = Severity.Warning,
                Verdict = Verdict.Exhaustion,
                Subject = subject,
                Confidence = isElsewhere ? 0.4 : 0.9,
                IsPast = again is null && use.IsFar,
                MayBePast = again is null && !use.IsFar && !use.IsNear,
                IsMetAgain = again is not null && !use.IsNear,
                Evidence = [.. group.Evidence(), .. again?.Evidence() ?? [], PvEntryLimit.Evidence(context, use)],
                Owners = isElsewhere ? [] : PvEntryLimit.Owners(context, subject),
                Advice = Advise(context),
            };
        }
    }

    private static string TitleOf(in LimitUse use, LimitMetAgain? again) =>
        use.IsNear ? "PV entries near their limit: page mappings are being torn down to make room"
        : again is not null
            ? "PV entries came near their limit again and again: page mappings were torn down to make room"
        : "PV entries came near their limit: page mappings were torn down to make room";

    private static ImmutableArray<Advice> Advise(DiagnosisCase context)
    {
        Advice look = Advice.Look(
            "Many processes that map the same large shared memory (database servers) need one PV entry per page and "
                + "process: look for them first.",
            "ps -axo pid,vsz,rss,comm | sort -nrk3 | head",
            "ipcs -m",
            "sysctl vm.pmap");
        return context.Latest.Host.Architecture is "amd64" or "arm64" or "aarch64" or null
            ? [look]
            : [look, PvEntryAdvice.Raise(context)];
    }
}
