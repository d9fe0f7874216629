using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Gates;

/// <summary>A gate's decision as workflow commands, which GitHub Actions shows as annotations of a run.</summary>
public static class GitHubAnnotations
{
    /// <summary>Writes one line for each leak, fault and note.</summary>
    public static void Write(GateResult result, TextWriter output)
    {
        if (!result.IsFailed && result.Unjudged is { } why)
        {
            Line(output, "error", "gate", $"it could not be judged: {why}");
        }

        foreach (Finding leak in result.Leaks)
        {
            Line(output, "error", leak.Rule, leak.Title);
        }

        foreach (ModuleNote note in result.Modules)
        {
            Line(output, note.Fails ? "error" : "notice", "modules", note.Text);
        }

        foreach (KnownLeak known in result.Known)
        {
            Line(output, "warning", known.Finding.Rule, $"known: {known.Finding.Title}");
        }

        foreach (string note in GateWords.BaselineNotes(result))
        {
            Line(output, "warning", "baseline", note);
        }
    }

    /// <summary>
    /// A percent sign, an end of line, and in a property a colon or comma are escaped as the runner expects.
    /// </summary>
    private static void Line(TextWriter output, string level, string title, string text) =>
        output.Write(
            $"::{level} title=leakstat "
                + $"{title}::{PrintableText.Of(text).Replace("%", "%25", StringComparison.Ordinal)}\n");
}
