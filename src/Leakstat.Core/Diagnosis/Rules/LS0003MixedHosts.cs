using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The sources hold captures of more than one host.</summary>
public sealed class LS0003MixedHosts : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0003";

    /// <inheritdoc/>
    public string Name => "Captures of several hosts";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Latest.Host.OtherName is { } other)
        {
            yield return Finding(
                $"outputs of two hosts are in one capture: {context.Latest.Host.Name} and {other.Name}",
                [new Evidence($"this output names {other.Name}", At: other.At)],
                "Numbers of two hosts say nothing of either. Put the outputs of each host into a folder of its own; "
                    + "where the host has two names, give the collector one with -H.");
        }

        if (context.Latest.Host.OtherRelease is { } release)
        {
            yield return Finding(
                $"outputs of two releases are in one capture: {release.First} and {release.Second}",
                [
                    new Evidence($"this says {release.First}", At: release.FirstAt),
                    new Evidence($"this says {release.Second}", At: release.SecondAt),
                ],
                "What a number means, and what can be done, differs by release. Put the outputs of each host, and of "
                    + "one host before and after an upgrade, into folders of their own.");
        }

        if (!context.Input.OtherHosts.IsEmpty)
        {
            yield return Finding(
                $"the input holds captures of {Display.Count(context.Input.OtherHosts.Length + 1)} hosts; this is the "
                    + $"diagnosis of {context.Latest.Host.Name ?? "the one without a name"}",
                [
                    .. context.Input.OtherHosts.Select(o => new Evidence(
                        $"not in this diagnosis: {o.Host}, {Display.Count(o.Captures)} captures", o.Captures)),
                ],
                "Captures of different hosts are never compared. Run leakstat once for each host.");
        }
    }

    private Finding Finding(string title, ImmutableArray<Evidence> evidence, string advice) => new()
    {
        Rule = Id,
        Title = title,
        Severity = Severity.Info,
        Verdict = Verdict.Misconfiguration,
        Subject = Subject.Host("capture"),
        Confidence = 1,
        Evidence = evidence,
        Advice = [Advice.Look(advice)],
    };
}
