using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Modules that came or went between two captures of one host.</summary>
public sealed class LS0503ModulesChanged : IRule
{
    private const int QuotedEvents = 12;

    /// <inheritdoc/>
    public string Id => "LS0503";

    /// <inheritdoc/>
    public string Name => "Modules changed between captures";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.History];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        HistoryEvent[] events = [.. context.History.Events.Where(e => e.Kind is "module loaded" or "module unloaded")];
        if (events.Length == 0)
        {
            yield break;
        }

        HistoryEvent named = events.FirstOrDefault(
            e => context.Knowledge.OriginOf(e.Text, context.Release) == ModuleOrigin.OutOfTree)
            ?? events[0];
        string[] modules = [.. events.Select(e => e.Text).Distinct()];
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        foreach (HistoryEvent change in events.Take(QuotedEvents))
        {
            evidence.Add(new Evidence(Describe(context, change), At: change.At));
        }

        if (events.Length > QuotedEvents)
        {
            evidence.Add(new Evidence($"{events.Length} such changes in all", events.Length));
        }

        yield return new Finding
        {
            Rule = Id,
            Title = modules.Length == 1
                ? $"{named.Text} was {named.Kind[7..]} between captures"
                : $"{modules.Length} modules were loaded or unloaded between captures, {named.Text} among them",
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Subject = Subject.Module(named.Text),
            Confidence = 0.9,
            Evidence = evidence.ToImmutable(),
            Owners = [new Owner(named.Text, null, "the module itself")],
            Advice =
            [
                Advice.Look(
                    "A zone or type whose growth begins with a load belongs to that module more likely than to "
                        + "another; what stays after an unload is lost. Compare the tables before and after.",
                    "vmstat -m",
                    "dmesg | grep -E 'leaked memory on destroy|Freed UMA keg'"),
            ],
        };
    }

    private static string Describe(DiagnosisCase context, HistoryEvent change)
    {
        bool booted = change.Sample > 0
            && context.History.Samples[change.Sample].Boot != context.History.Samples[change.Sample - 1].Boot;
        string tree = context.Knowledge.OriginOf(change.Text, context.Release) == ModuleOrigin.OutOfTree
            ? " (out of tree)"
            : "";
        string when = $"before {context.History.Samples[change.Sample].Source}";
        return booted
            ? $"{change.Text}{tree} is {(change.Kind == "module loaded" ? "new" : "gone")} after the reboot {when}"
            : $"{change.Text}{tree} was {change.Kind[7..]} {when}";
    }
}
