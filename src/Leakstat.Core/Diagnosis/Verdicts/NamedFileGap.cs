using Leakstat.Captures.Registry;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Files that are called as a command's output and hold none of it: an error message, damage, another command's output.
/// Somebody asked for it, and nobody judged it.
/// </summary>
internal static class NamedFileGap
{
    /// <summary>The gaps, one for each command that no other file has.</summary>
    public static IEnumerable<Gap> Of(Capture capture)
    {
        HashSet<string> held = [.. capture.Files.Select(CommandIn).OfType<string>()];
        foreach (CaptureFile file in capture.Files)
        {
            if (CommandRegistry.CommandOfFile(file.Name) is { } command && held.Add(command)
                && !IsToldOf(capture, file) && !IsReadOtherwise(file)
                && CommandRegistry.Formats.Any(format => format.Command == command && format.IsUsed))
            {
                yield return new Gap(
                    command,
                    CommandIn(file) is { } other
                        ? $"not in {file.Name}, which holds the output of {other}"
                        : $"not recognised in {file.Name}");
            }
        }
    }

    /// <summary>Whether the file is said to be lost already: empty, or not to be opened.</summary>
    private static bool IsToldOf(Capture capture, CaptureFile file) =>
        capture.Diagnostics.Any(d => d.IsLoss && d.At.File.Path.EndsWith("/" + file.Name, StringComparison.Ordinal));

    /// <summary>Whether its numbers are used and came another way: from the metrics of an engine.</summary>
    private static bool IsReadOtherwise(CaptureFile file) => file.Use == FileUse.Used && CommandIn(file) is null;

    /// <summary>The command whose output a file holds; null where none was recognised.</summary>
    private static string? CommandIn(CaptureFile file) =>
        CommandRegistry.Formats.FirstOrDefault(format => format.Name == file.Format)?.Command;
}
