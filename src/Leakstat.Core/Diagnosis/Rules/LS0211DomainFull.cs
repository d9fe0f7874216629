using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0211: one NUMA domain has next to no free memory while another has plenty.</summary>
public sealed class LS0211DomainFull : IRule
{
    private const int MostDomains = 64;

    /// <summary>How many times its own target of free pages another domain must have.</summary>
    private const long Plenty = 8;

    /// <summary>Share of a keg's pages in one domain from which it counts as bound to it.</summary>
    private const double Bound = 0.75;

    /// <inheritdoc/>
    public string Id => "LS0211";

    /// <inheritdoc/>
    public string Name => "One NUMA domain fills while others are free";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ZoneTree];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Sysctl("vm.ndomains") is not { Value: >= 2 and <= MostDomains and { } count })
        {
            yield break;
        }

        List<Domain> domains = [];
        for (int i = 0; i < count; i++)
        {
            string node = FormattableString.Invariant($"vm.domain.{i}.stats.");
            if (context.Sysctl(node + "free_count") is { } free
                && context.Sysctl(node + "free_target") is { Value: > 0 } target
                && context.Sysctl(node + "free_min") is { } least)
            {
                domains.Add(new Domain(i, free, target.Value, least.Value));
            }
        }

        Domain[] full = [.. domains.Where(d => d.Free.Value < d.Target).OrderBy(d => d.Free.Value)];
        Domain[] roomy =
            [.. domains.Where(d => d.Free.Value >= Arithmetic.Multiply(d.Target, Plenty)).OrderByDescending(
                d => d.Free.Value)];
        if (full.Length > 0 && roomy.Length > 0)
        {
            yield return Finding(context, full[0], roomy[0], domains);
        }
    }

    private Finding Finding(DiagnosisCase context, Domain full, Domain roomy, List<Domain> domains)
    {
        long P(long pages) => Arithmetic.Multiply(pages, context.PageSize);
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(Evidence.Of(
            $"domain {full.Number}: {Display.Bytes(P(full.Free.Value))} free, its target is "
                + $"{Display.Bytes(P(full.Target))}",
            full.Free, Unit.Pages));
        foreach (Domain other in domains.Where(d => d != full))
        {
            evidence.Add(Evidence.Of(
                $"domain {other.Number}: {Display.Bytes(P(other.Free.Value))} free, its target is "
                    + $"{Display.Bytes(P(other.Target))}",
                other.Free, Unit.Pages));
        }

        foreach ((string name, long pages, double share, SourceLine? at) in Kegs(context, full.Number).Take(3))
        {
            evidence.Add(new Evidence(
                $"keg {name} has {Display.Bytes(P(pages))} in that domain, {Display.Percent(share)} of its pages",
                P(pages), Unit.Bytes, at));
        }

        return new Finding
        {
            Rule = Id,
            Title = $"NUMA domain {full.Number} has {Display.Bytes(P(full.Free.Value))} free while domain "
                + $"{roomy.Number} has {Display.Bytes(P(roomy.Free.Value))}",
            Severity = full.Free.Value < full.Least ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host("memory"),
            Confidence = 0.8,
            Evidence = evidence.ToImmutable(),
            Advice =
            [
                Advice.Look(
                    "The page daemon works in the full domain although memory is free elsewhere. See what is bound "
                        + "to it: device "
                    + "drivers allocate near their device, cpuset(1) with a domain policy binds processes.",
                    "sysctl vm.domain",
                    "cpuset -g",
                    "sysctl vm.phys_locality"),
            ],
        };
    }

    /// <summary>Kegs whose pages lie in that domain for the most part, the largest first.</summary>
    private static IEnumerable<(string Name, long Pages, double Share, SourceLine? At)> Kegs(
        DiagnosisCase context, int domain) =>
        (context.Latest.Uma?.Zones ?? [])
            .Where(z => !z.IsSecondary && !z.IsCacheZone)
            .Select(
                z => (
                    z.KegName, z.Node, All: z.Pages ?? 0,
                    Here: z.Domains.FirstOrDefault(d => d.Domain == domain).Pages))
            .Where(k => k.Here is { Value: >= 1024 } && k.Here.Value.Value >= k.All * Bound)
            .OrderByDescending(k => k.Here!.Value.Value).ThenBy(k => k.Node, StringComparer.Ordinal)
            .Select(
                k => (
                    k.KegName ?? k.Node,
                    k.Here!.Value.Value, (double)k.Here.Value.Value / k.All,
                    (SourceLine?)k.Here.Value.At));

    private sealed record Domain(int Number, Reading Free, long Target, long Least);
}
