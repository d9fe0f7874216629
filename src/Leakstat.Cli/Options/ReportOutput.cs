using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Cli.Options;

/// <summary>Sends a report where the options say: JSON or text on standard output, pages and logs into files.</summary>
internal static class ReportOutput
{
    /// <summary>Prints on standard output, as JSON or laid out for the terminal.</summary>
    public static void Print(
        ParseResult parsed,
        CommonOptions options,
        Terminal terminal,
        Action<Stream> json,
        Action<TextWriter, TerminalOptions> text)
    {
        if (parsed.GetValue(options.Json))
        {
            json(terminal.Output);
            terminal.Output.Flush();
            return;
        }

        using TextWriter writer = terminal.Writer();
        text(writer, new TerminalOptions
        {
            Width = Math.Min(terminal.Width, 120),
            Color = terminal.HasColor && !parsed.GetValue(options.NoColor),
            Ascii = !terminal.HasUnicode,
            Detail = parsed.GetValue(options.Quiet)
                ? Detail.Quiet
                : parsed.GetValue(options.Verbose) ? Detail.Verbose : Detail.Normal,
        });
    }

    /// <summary>Writes the files that were asked for, each whole or not at all.</summary>
    public static void WriteFiles(ParseResult parsed, CommonOptions options, DiagnosisReport report)
    {
        Write(options.Html, stream => HtmlReport.Write(report, stream));
        Write(options.Sarif, stream => SarifReport.Write(report, stream));
        Write(options.BugReport, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            BugReport.Write(report, writer);
        });

        void Write(Option<string?> option, Action<Stream> write)
        {
            if (parsed.GetValue(option) is { } path)
            {
                ReportFile.Write(path, write);
            }
        }
    }
}
