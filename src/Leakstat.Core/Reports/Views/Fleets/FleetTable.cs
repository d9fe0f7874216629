using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>
/// <c>leakstat fleet</c> at a terminal: a table of hosts, grouped by what is wrong with them, within a group by the
/// time that is left. A host stands once, with the worst it has.
/// </summary>
internal static class FleetTable
{
    private const string Gap = "  ";
    private const int StateWidth = 9;
    private const int RateWidth = 12;
    private const int LeftWidth = 9;
    private const int SeenWidth = 16;
    private const int WidestLabel = 28;
    private const int WidestRelease = 17;

    /// <summary>Writes the table.</summary>
    public static void Write(FleetDocument document, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        FleetReport fleet = document.Fleet;
        FleetTerminalReport.WriteHead(canvas, document);
        Columns columns = Columns.Of(canvas, fleet);
        HashSet<FleetHost> told = [];
        CauseBlock.WritePooled(canvas, fleet);
        foreach (FleetCause cause in fleet.Causes)
        {
            FleetHost[] hosts = [.. cause.Hosts.Where(h => h.Worst?.Subject == cause.Subject && told.Add(h))];
            WriteGroup(canvas, columns, fleet, Title(cause, hosts.Length), hosts, cause);
        }

        foreach ((string title, VerdictState state) in (ReadOnlySpan<(string, VerdictState)>)
        [
            ("It cannot be told", VerdictState.Unknown),
            ("Too early to tell", VerdictState.TooEarly),
            ("Fine", VerdictState.Fine),
        ])
        {
            FleetHost[] hosts = [.. fleet.Hosts.Where(h => h.Verdict.State == state)];
            WriteGroup(canvas, columns, fleet, $"{title}: {Display.Count(hosts.Length, "host", "hosts")}", hosts);
        }

        FleetTerminalReport.WriteProblems(canvas, fleet, options.Detail == Detail.Verbose);
        canvas.Blank();
        canvas.Paragraph(
            0, 0, new Run("All of one host: leakstat diagnose with the same sources and --host NAME.", Style.Dim));
    }

    private static string Title(FleetCause cause, int first)
    {
        int more = cause.Hosts.Length - first;
        string others = more > 0 ? $", and {Display.Count(more)} more with something worse" : "";
        string text = $"{ReportTerms.Of(cause.Subject)}: {Display.Count(first, "host", "hosts")}{others}";
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    private static void WriteGroup(
        TerminalCanvas canvas,
        Columns columns,
        FleetReport fleet,
        string title,
        FleetHost[] hosts,
        FleetCause? cause = null)
    {
        if (hosts.Length == 0)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 2, new Run(title, Style.Strong));
        if (cause is not null)
        {
            CauseBlock.WriteSeparation(canvas, 2, cause);
        }

        canvas.Row(new Run(
            columns.Line(canvas, "Verdict", "Host", "Culprit", "Rate", "Left", "Release", "Last seen"), Style.Dim));
        foreach (FleetHost host in hosts)
        {
            string state = canvas.Fit(FleetWords.StateOf(host), StateWidth);
            string line = columns.Line(
                canvas,
                "",
                host.Label,
                host.Worst is { } worst ? FleetWords.CulpritOf(worst) : FleetWords.WhatOf(host),
                FleetWords.RateOf(host.Worst),
                FleetWords.LeftOf(fleet, host),
                host.Identity.Release?.Text ?? "",
                host.LastSeen is { } seen ? Display.Time(seen)[..SeenWidth] : "");
            canvas.Row(
                new Run(state, FleetTerminalReport.StyleOf(FleetWords.ToneOf(host))),
                new Run(line[Math.Min(StateWidth, line.Length)..]));
        }
    }

    /// <summary>How wide the columns are; on a narrow terminal those that matter least are left out.</summary>
    /// <param name="Label">Host.</param>
    /// <param name="Culprit">Culprit.</param>
    /// <param name="Release">Release; 0 where there is no room.</param>
    /// <param name="HasSeen">Whether there is room for the time of the latest capture.</param>
    private readonly record struct Columns(int Label, int Culprit, int Release, bool HasSeen)
    {
        private const int LeastCulprit = 14;
        private const int WidestCulprit = 40;

        public static Columns Of(TerminalCanvas canvas, FleetReport fleet)
        {
            int label = Math.Clamp(fleet.Hosts.Max(h => TerminalCanvas.ColumnsOf(h.Label)), 4, WidestLabel);
            int release = Math.Clamp(
                fleet.Hosts.Max(h => TerminalCanvas.ColumnsOf(h.Identity.Release?.Text ?? "")),
                "Release".Length,
                WidestRelease);
            int left = canvas.Width - StateWidth - label - RateWidth - LeftWidth - (4 * Gap.Length);
            bool hasRelease = left - release - Gap.Length >= LeastCulprit;
            left -= hasRelease ? release + Gap.Length : 0;
            bool hasSeen = left - SeenWidth - Gap.Length >= LeastCulprit;
            left -= hasSeen ? SeenWidth + Gap.Length : 0;
            return new Columns(label, Math.Clamp(left, LeastCulprit, WidestCulprit), hasRelease ? release : 0, hasSeen);
        }

        public string Line(
            TerminalCanvas canvas,
            string state,
            string host,
            string culprit,
            string rate,
            string left,
            string release,
            string seen)
        {
            string line = canvas.Fit(state, StateWidth) + Gap + canvas.Fit(host, Label)
                + Gap + canvas.Fit(culprit, Culprit) + Gap + rate.PadLeft(RateWidth) + Gap + left.PadLeft(LeftWidth);
            line += Release > 0 ? Gap + canvas.Fit(release, Release) : "";
            line += HasSeen ? Gap + canvas.Fit(seen, SeenWidth) : "";
            return line.TrimEnd();
        }
    }
}
