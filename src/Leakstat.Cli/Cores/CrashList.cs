using Leakstat.Model;

namespace Leakstat.Cli.Cores;

/// <summary>Prints the crashes, one paragraph each.</summary>
internal static class CrashList
{
    /// <summary>Writes all; with <paramref name="onlyNew"/> those that were analysed now, and nothing where there are none.</summary>
    public static void Write(string folder, IReadOnlyList<CrashOutcome> outcomes, bool onlyNew, TextWriter writer)
    {
        if (outcomes.Count == 0 && !onlyNew)
        {
            writer.WriteLine($"No dump and no crash summary in {folder}.");
        }

        foreach (CrashOutcome outcome in outcomes.Where(o => o.IsNew || !onlyNew))
        {
            CrashEntry entry = outcome.Entry;
            string files = string.Join(", ", entry.Files.Select(file => file.Kind is CrashFileKind.Dump or CrashFileKind.Encrypted
                ? $"{file.Name} ({Display.Bytes(file.Bytes)})"
                : file.Name));
            string state = outcome.IsNew ? "analysed now" : entry.IsDone ? "has a report" : "not analysed yet";
            writer.WriteLine($"{entry.Number}: {files}; {state}");
            Line("panic", outcome.Info.GetValueOrDefault("Panic String"));
            Line("host", Join(outcome.Info.GetValueOrDefault("Hostname"), outcome.Info.GetValueOrDefault("Dumptime")));
            foreach (string headline in outcome.Headlines)
            {
                writer.WriteLine($"   {headline}");
            }

            foreach (string problem in outcome.Problems)
            {
                writer.WriteLine($"   note: {problem}");
            }

            if (outcome.IsNew ? outcome.HasReport : entry.IsDone)
            {
                writer.WriteLine($"   report: {entry.Report}");
            }
        }

        void Line(string label, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                writer.WriteLine($"   {label}: {value}");
            }
        }
    }

    private static string? Join(string? a, string? b) => string.IsNullOrEmpty(a) ? b : string.IsNullOrEmpty(b) ? a : $"{a}, {b}";
}
