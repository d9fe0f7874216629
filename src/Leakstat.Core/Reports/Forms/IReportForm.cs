using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Forms;

/// <summary>
/// One form that a report can be written in: text for a terminal, JSON, an HTML page, a SARIF log. A form has no state, and
/// the same report gives the same bytes. All forms of every report are listed in <see cref="ReportRegistry"/>.
/// </summary>
/// <typeparam name="TReport">What is reported.</typeparam>
public interface IReportForm<in TReport>
{
    /// <summary>Its name in lower case; a form that goes to a file of its own is asked for by the option <c>--NAME FILE</c>.</summary>
    string Name { get; }

    /// <summary>Writes the whole report, UTF-8 without a byte order mark. The stream stays open.</summary>
    /// <param name="report">The report.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="layout">Width, colour and detail; only forms that are laid out for reading look at it.</param>
    void Write(TReport report, Stream output, TerminalOptions layout);
}
