using Leakstat.Model;

namespace Leakstat.Reports.Views.Crashes;

/// <summary>Prints the crashes, one paragraph each.</summary>
public static class CrashList
{
    /// <summary>
    /// Writes all; with <paramref name="onlyNew"/> those that were analysed now, and nothing where there are none.
    /// </summary>
    public static void Write(string folder, IReadOnlyList<CrashView> crashes, bool onlyNew, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(crashes);
        ArgumentNullException.ThrowIfNull(writer);
        if (crashes.Count == 0 && !onlyNew)
        {
            writer.WriteLine($"No dump and no crash summary in {folder}.");
        }

        foreach (CrashView crash in crashes.Where(c => c.State == CrashView.Analysed || !onlyNew))
        {
            Write(crash, writer);
        }
    }

    private static void Write(CrashView crash, TextWriter writer)
    {
        string files = string.Join(
            ", ", crash.Files.Select(file => file.Kind is CrashFileView.DumpKind or CrashFileView.EncryptedKind
            ? $"{file.Name} ({Display.Bytes(file.Bytes)})"
            : file.Name));
        string state = crash.State switch
        {
            _ when !crash.IsDump => "no dump, not analysed",
            CrashView.Analysed => "analysed now",
            CrashView.Done => "has a report",
            _ => "not analysed yet",
        };
        writer.WriteLine($"{crash.Number}: {files}; {state}");
        Line("panic", crash.Panic);
        Line(
            "host",
            string.Join(", ", ((string?[])[crash.Host, crash.DumpTime]).Where(text => !string.IsNullOrEmpty(text))));
        foreach (string headline in crash.Headlines ?? [])
        {
            writer.WriteLine($"   {headline}");
        }

        foreach (string problem in crash.Problems ?? [])
        {
            writer.WriteLine($"   note: {problem}");
        }

        if (crash.Report is { } report)
        {
            writer.WriteLine($"   report: {report}");
        }

        void Line(string label, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                writer.WriteLine($"   {label}: {value}");
            }
        }
    }
}
