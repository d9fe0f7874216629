using System.Globalization;
using Leakstat.Model;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Reports.Views.Crashes;

/// <summary>
/// What nothing points to in the dump of a crash, group by group: also what is too little for a finding.
/// </summary>
public static class CrashLeaks
{
    private const int MostGroups = 20;
    private const int MostCandidates = 2;

    /// <summary>Writes it, the largest groups first.</summary>
    public static void Write(CrashText report, DumpLeaksView leaks)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(leaks);
        report.Section("Memory that nothing points to");
        if (leaks.Leaks.IsEmpty)
        {
            report.Line(
                leaks.Scan is { IsWhole: true, InBaseline: 0 }
                    ? $"None of {Display.Count(leaks.Scan.Objects)} allocations is lost."
                    : leaks.Nothing);
        }

        foreach (LeakGroup group in leaks.Leaks.Take(MostGroups))
        {
            report.Line(
                $"{Display.Bytes(group.Bytes),12}  {Display.Count(group.Count)} of {group.Kind.InWords()} "
                    + $"{group.Name} ({Display.Count(group.Size)} bytes each), {Display.Count(group.Direct)} direct");
            foreach (TypeCandidate candidate in group.Candidates.Take(MostCandidates))
            {
                string module = candidate.Module is { } name ? $" of {name}" : "";
                report.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{"",12}  may be {candidate.Type}{module} ({candidate.Confidence * 100:F0} % sure): "
                        + $"{candidate.Why}"));
            }
        }

        if (leaks.Leaks.Length > MostGroups)
        {
            report.Line($"and {Display.Count(leaks.Leaks.Length - MostGroups, "further group", "further groups")}");
        }

        foreach (string note in leaks.Scan.Notes)
        {
            report.Line($"note: {note}");
        }

        report.Line($"more: leakstat dump {leaks.DumpPath} --kernel {leaks.KernelPath} leaks");
    }
}
