using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Input that could not be read whole: what the diagnosis rests on is less than was given.</summary>
public sealed class LS0001DamagedInput : IRule
{
    private const int Most = 8;

    /// <inheritdoc/>
    public string Id => "LS0001";

    /// <inheritdoc/>
    public string Name => "Part of the input could not be read";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        // Files that are merely unknown, unused or double take nothing away from those that are read; what a second
        // output says was read, and the verdict tells that nobody judged it.
        List<Diagnostic> problems =
        [
            .. context.Diagnostics.Where(d => d.IsDamage),
        ];
        if (problems.Count == 0)
        {
            yield break;
        }

        int files = problems.Select(d => d.At.File.Path).Distinct(StringComparer.Ordinal).Count();
        yield return new Finding
        {
            Rule = Id,
            Title = $"{Display.Count(problems.Count, "place", "places")} in {Display.Count(files, "file", "files")} "
                + $"could not be read and {(problems.Count == 1 ? "was" : "were")} skipped",
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("capture"),
            Confidence = 1,
            Evidence = [.. problems.Take(Most).Select(d => new Evidence($"{d.Id}: {d.Text}", At: d.At))],
            Advice = [Advice.Look("Take the capture again, or send the files whole; run with -v to see every place.")],
        };
    }
}
