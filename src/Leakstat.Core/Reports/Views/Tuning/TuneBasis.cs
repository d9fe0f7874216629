using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Tuning;

/// <summary>
/// What a plan of settings rests on. That nothing need be set is said over whole tables and settings that were read
/// only.
/// </summary>
/// <param name="Read">What was read.</param>
/// <param name="Missing">What was not, or not whole; empty where nothing lacks.</param>
internal sealed record TuneBasis(ImmutableArray<string> Read, ImmutableArray<string> Missing)
{
    public static TuneBasis Of(DiagnosisReport report) => new(
        DiagnosisBasis.Of(report).Sources,
        [
            .. report.Verdict.Missing.Select(Headline.GapText),
            .. report.Latest.Sysctls.Count == 0 ? ["sysctl -a: not in the capture"] : ImmutableArray<string>.Empty,
        ]);
}
