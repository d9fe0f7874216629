using System.Globalization;
using Leakstat.Cli.Commands.Dump;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Model;

namespace Leakstat.Cli.Cores;

/// <summary>What nothing points to in the dump of a crash, group by group: also what is too little for a finding.</summary>
internal static class CrashLeaks
{
    private const int MostGroups = 20;

    /// <summary>Writes it, the largest groups first.</summary>
    public static void Write(CrashText report, KernelDump dump, CrashFile file, LeakReport leaks)
    {
        report.Section("Memory that nothing points to");
        if (leaks.Leaks.Count == 0)
        {
            report.Line(leaks.IsWhole ? $"None of {Display.Count(leaks.Objects)} allocations is lost." : DumpLeaksText.Nothing(leaks));
        }

        foreach (LeakGroup group in leaks.Leaks.Take(MostGroups))
        {
            report.Line($"{Display.Bytes(group.Bytes),12}  {Display.Count(group.Count)} of {group.Kind} {group.Name} ({Display.Count(group.Size)} bytes each), {Display.Count(group.Heads, "head", "heads")}");
            foreach (TypeCandidate candidate in group.Candidates.Take(2))
            {
                string module = candidate.Module is { } name ? $" of {name}" : "";
                report.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{"",12}  may be {candidate.Type}{module} ({candidate.Confidence * 100:F0} % sure): {candidate.Why}"));
            }
        }

        if (leaks.Leaks.Count > MostGroups)
        {
            report.Line($"and {Display.Count(leaks.Leaks.Count - MostGroups, "further group", "further groups")}");
        }

        foreach (string note in leaks.Notes)
        {
            report.Line($"note: {note}");
        }

        report.Line($"more: leakstat dump {file.Path} --kernel {dump.KernelPath} leaks");
    }
}
