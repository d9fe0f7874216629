using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Signatures;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>A loaded module that reports connect with leaks; worth knowing, no sign of a leak here.</summary>
public sealed class LS0502ModuleKnownForLeaks : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0502";

    /// <inheritdoc/>
    public string Name => "Module with known leaks loaded";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.KernelFiles];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Latest.KernelFiles is not { } table)
        {
            yield break;
        }

        foreach (KernelFile file in table.Files.Where(f => !f.IsKernel).DistinctBy(f => f.Name))
        {
            Signature[] known =
            [
                .. context.Knowledge.Signatures.Where(s =>
                    s.IsLeak && s.Modules.Contains(file.Name) && s.Fit(context.Release) != ReleaseFit.NotConcerned),
            ];
            if (known.Length > 0)
            {
                yield return Of(context, file, known);
            }
        }
    }

    private Finding Of(DiagnosisCase context, KernelFile file, Signature[] known) => new()
    {
        Rule = Id,
        Title = $"{file.Name} is loaded, which reports connect with leaks; nothing here shows that it leaks on this "
            + "host",
        Severity = Severity.Info,
        Verdict = Verdict.Suspect,
        Subject = Subject.Module(file.Name),
        Confidence = known.Any(s => s.Certainty == "high" && s.Fit(context.Release) == ReleaseFit.Concerned)
            ? 0.3
            : 0.1,
        Evidence =
        [
            new Evidence($"{file.Name} is loaded", At: file.At),
            .. known.Select(s => new Evidence(
                $"{SignatureMatch.Certainty(context, s)}: {s.Title} [{s.Id}]; shows in {s.SubjectKind} "
                    + $"{string.Join(", ", s.Subjects)}; source: {s.Source}")),
        ],
        Owners = [new Owner(file.Name, file.Path, "the module itself")],
        Advice =
        [
            Advice.Look(
                "Compare the module's version with the reports, and watch what they show growing.",
                "pkg info -x kmod",
                "freebsd-version -kru"),
        ],
    };
}
