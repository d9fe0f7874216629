using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Reports.Forms;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Cli.Options;

/// <summary>Sends a report where the options say: JSON or text on standard output, pages and logs into files.</summary>
internal static class ReportOutput
{
    /// <summary>Prints a report on standard output, as JSON or laid out for the terminal.</summary>
    public static void Print<TReport>(
        ParseResult parsed, CommonOptions options, Terminal terminal, ReportForms<TReport> forms, TReport report)
    {
        TerminalOptions layout = Layout(parsed, options, terminal);
        if (parsed.GetValue(options.Json))
        {
            forms.Json.Write(report, terminal.JsonOutput, layout);
            terminal.Output.Flush();
            return;
        }

        Pager.Write(terminal, output => forms.Terminal.Write(report, output, layout));
    }

    /// <summary>Writes the files that were asked for, each whole or not at all.</summary>
    public static void WriteFiles<TReport>(
        ParseResult parsed, ReportForms<TReport> forms, TReport report, Terminal terminal)
    {
        foreach (IReportForm<TReport> form in forms.Files)
        {
            if (FileOf(parsed, form.Name) is { } path)
            {
                ReportFile.Write(path, terminal, stream => form.Write(report, stream, new TerminalOptions()));
            }
        }
    }

    /// <summary>The file that a form was asked to go to; null where it was not asked for.</summary>
    public static string? FileOf(ParseResult parsed, string form)
    {
        string option = $"--{form}";
        return parsed.CommandResult.Command.Options.FirstOrDefault(o => o.Name == option) is Option<string?> file
            ? parsed.GetValue(file)
            : null;
    }

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
            json(terminal.JsonOutput);
            terminal.Output.Flush();
            return;
        }

        using TextWriter writer = terminal.ReportWriter();
        text(writer, Layout(parsed, options, terminal));
    }

    private static TerminalOptions Layout(ParseResult parsed, CommonOptions options, Terminal terminal) => new()
    {
        Width = Math.Min(terminal.Width, 120),
        Color = options.IsColored(parsed, terminal),
        Ascii = !terminal.HasUnicode,
        Detail = parsed.GetValue(options.Quiet)
            ? Detail.Quiet
            : parsed.GetValue(options.Verbose) ? Detail.Verbose : Detail.Normal,
    };
}
