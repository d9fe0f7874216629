using System.Text;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Tuning;

/// <summary>
/// <c>leakstat tune</c>: the plan as ready blocks for <c>/boot/loader.conf</c> and <c>/etc/sysctl.conf</c>, every line
/// with its reason, risk and way back as comments; or as JSON, <c>leakstat.tune/1</c>.
/// </summary>
public static class TuneReport
{
    private const int Width = 78;

    private static readonly TuneJsonContext s_context = new(JsonForm.Options());

    /// <summary>
    /// Writes the blocks as text; what is not a setting is a comment, so the text can be pasted as it is.
    /// </summary>
    public static void WriteText(DiagnosisReport report, TextWriter output)
    {
        TunePlan plan = TunePlan.From(report);
        string host = string.Join(
            " ", new[] { report.Host.Name, report.Host.Release?.Text, report.Host.Architecture }.OfType<string>());
        Comment(output, host.Length > 0 ? $"leakstat tune: {host}" : "leakstat tune");
        TuneBasis basis = TuneBasis.Of(report);
        if (plan.IsEmpty)
        {
            Comment(output, basis.Missing.IsEmpty
                ? $"Nothing need be tuned by what was read ({string.Join(", ", basis.Read)}): no finding of this "
                    + "capture calls for a lasting setting."
                : "It cannot be told whether anything need be tuned: no finding calls for a lasting setting, and not "
                    + "all is there that findings rest on.");
        }

        WriteBasis(output, basis, plan.IsEmpty);

        foreach (TuneBlock block in plan.Blocks)
        {
            WriteBlock(output, block, isOptional: false);
        }

        foreach (TuneBlock block in plan.Optional)
        {
            WriteBlock(output, block, isOptional: true);
        }
    }

    /// <summary>What was read, where that is not said yet, and what lacks for more.</summary>
    private static void WriteBasis(TextWriter output, TuneBasis basis, bool isEmpty)
    {
        if (!basis.Missing.IsEmpty)
        {
            string read = basis.Read.IsEmpty ? "nothing that rules look at" : string.Join(", ", basis.Read);
            Comment(output, $"Read: {read}.");
            foreach (string missing in basis.Missing)
            {
                Comment(output, $"{(isEmpty ? "Missing" : "More may need it; missing")}: {missing}.");
            }
        }
    }

    /// <summary>
    /// A file's lines with their reasons; optional ones are comments, so that nobody sets them unread.
    /// </summary>
    private static void WriteBlock(TextWriter output, TuneBlock block, bool isOptional)
    {
        output.Write('\n');
        Comment(output, $"---- {(isOptional ? "optional, for " : "")}{block.File} ----");
        foreach (TuneLine line in block.Lines)
        {
            output.Write('\n');
            Comment(output, $"{line.Rule}: {line.Why}");
            Comment(output, line.Text);
            foreach ((string value, string rule) in line.Others)
            {
                Comment(output, $"{rule} asked for {value}; one value is set.");
            }

            if (line.Risk is { Length: > 0 } risk)
            {
                Comment(output, $"Risk: {risk}");
            }

            if (line.Revert is { Length: > 0 } revert)
            {
                Comment(output, $"Undo: {revert}");
            }

            foreach (string command in line.Commands)
            {
                Comment(output, $"Now: {command}");
            }

            output.Write(isOptional ? "#" : "");
            output.Write(PrintableText.Of(line.Line, ascii: true));
            output.Write('\n');
        }
    }

    /// <summary>Writes the plan as one UTF-8 object with a line end behind it.</summary>
    public static void WriteJson(DiagnosisReport report, Stream output)
    {
        TunePlan plan = TunePlan.From(report);
        TuneBasis basis = TuneBasis.Of(report);
        JsonForm.Write(
            new TuneDocument(
                "leakstat.tune/1",
                ToolPart.This,
                HostPart.Of(report.Host),
                plan.Blocks.Select(TuneDocument.FilePart.Of),
                plan.Optional.IsEmpty ? null : plan.Optional.Select(TuneDocument.FilePart.Of),
                basis.Read,
                JsonForm.NotEmpty<string>(basis.Missing)),
            s_context.TuneDocument,
            output);
    }

    /// <summary>Text as comment lines, broken at blanks.</summary>
    private static void Comment(TextWriter output, string text)
    {
        var line = new StringBuilder("#");
        foreach (string word in PrintableText.Of(text, ascii: true).Split(' '))
        {
            if (line.Length > 1 && line.Length + 1 + word.Length > Width)
            {
                output.Write(line.Append('\n'));
                line.Clear().Append("#  ");
            }

            line.Append(' ').Append(word);
        }

        output.Write(line.Append('\n'));
    }
}
