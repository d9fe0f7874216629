using System.Text;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Forms;

/// <summary>Makes forms of a report from the functions that write them.</summary>
internal static class ReportForm
{
    /// <summary>Name of the form that is laid out for a terminal.</summary>
    public const string Terminal = "terminal";

    /// <summary>Name of the form that programs read.</summary>
    public const string Json = "json";

    private const int BufferSize = 16 << 10;

    /// <summary>A form of lines of text, which end in a line feed on every system.</summary>
    public static IReportForm<TReport> Text<TReport>(string name, Action<TReport, TextWriter, TerminalOptions> write) =>
        new Function<TReport>(name, (report, output, layout) =>
        {
            using var writer = new StreamWriter(output, new UTF8Encoding(false), BufferSize, leaveOpen: true) { NewLine = "\n" };
            write(report, writer, layout);
        });

    /// <summary>A form that writes its own bytes and is the same for every reader.</summary>
    public static IReportForm<TReport> Bytes<TReport>(string name, Action<TReport, Stream> write) =>
        new Function<TReport>(name, (report, output, _) => write(report, output));

    /// <summary>The form of one report for a larger one that holds it.</summary>
    public static IReportForm<TWhole> Within<TWhole, TPart>(this IReportForm<TPart> form, Func<TWhole, TPart> part) =>
        new Function<TWhole>(form.Name, (report, output, layout) => form.Write(part(report), output, layout));

    private sealed class Function<TReport>(string name, Action<TReport, Stream, TerminalOptions> write) : IReportForm<TReport>
    {
        public string Name => name;

        public void Write(TReport report, Stream output, TerminalOptions layout) => write(report, output, layout);
    }
}
