using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>
/// Several hosts for a person at a terminal: the verdict over all, one line for each, worst first, then the worst few
/// as
/// <c>diagnose</c> and <c>detect</c> print one host.
/// </summary>
internal static class FleetTerminalReport
{
    private const int StateWidth = 9;
    private const int WidestLabel = 28;

    /// <summary>Hosts and causes that have room on one screen beside the worst host.</summary>
    private const int MostRows = 12;
    private const int MostCauses = 1;

    /// <summary>A blank line and what to ask for more.</summary>
    private const int LinesOfFoot = 2;

    /// <summary>Writes the report.</summary>
    public static void Write(FleetDocument document, TextWriter output, TerminalOptions options)
    {
        if (options.Detail == Detail.Normal && !document.IsGrowthAlone)
        {
            WriteShort(document, output, options);
            return;
        }

        var canvas = new TerminalCanvas(output, options);
        WriteHead(canvas, document);
        canvas.Blank();
        WriteLines(canvas, document.Fleet, document.Fleet.Hosts.Length);
        if (options.Detail == Detail.Quiet)
        {
            return;
        }

        CauseBlock.Write(canvas, document.Fleet);
        WriteProblems(canvas, document.Fleet, options.Detail == Detail.Verbose);
        WriteWorst(canvas, document, output, options);
    }

    /// <summary>One screen: the verdict, the worst hosts a line each, what they share, and the worst host.</summary>
    private static void WriteShort(FleetDocument document, TextWriter output, TerminalOptions options)
    {
        var text = new StringWriter();
        var canvas = new TerminalCanvas(text, options);
        WriteHead(canvas, document);
        canvas.Blank();
        WriteLines(canvas, document.Fleet, MostRows);
        CauseBlock.Write(canvas, document.Fleet, MostCauses);
        WriteProblems(canvas, document.Fleet, verbose: false);
        DiagnosisReport? worst = document.Worst.FirstOrDefault(r => r.Verdict.State == VerdictState.Wrong);
        if (worst is not null)
        {
            canvas.Blank();
            canvas.Verbatim(0, new string('-', Math.Min(canvas.Width, 72)), Style.Dim);
            TerminalReport.WriteBelow(
                worst, text, options, text.ToString().AsSpan().Count('\n') + LinesOfFoot);
        }

        canvas.Blank();
        canvas.Paragraph(
            0, 0, new Run("All of one host: the same command with --host NAME; of all hosts: -v.", Style.Dim));
        output.Write(text);
    }

    /// <summary>The verdict over all hosts.</summary>
    internal static void WriteHead(TerminalCanvas canvas, FleetDocument document)
    {
        Headline headline = FleetWords.HeadlineOf(document);
        canvas.Paragraph(0, 0, new Run(headline.Text, StyleOf(headline.Tone)));
        canvas.Paragraph(0, 0, new Run(headline.Detail));
    }

    /// <summary>Problems of the input that are of no one host.</summary>
    internal static void WriteProblems(TerminalCanvas canvas, FleetReport fleet, bool verbose)
    {
        const int Most = 5;
        if (fleet.Diagnostics.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("In the input, and of no host", Style.Strong));
        int shown = verbose ? fleet.Diagnostics.Length : Math.Min(fleet.Diagnostics.Length, Most);
        foreach (Diagnostic problem in fleet.Diagnostics.AsSpan(0, shown))
        {
            canvas.Paragraph(
                2, 4, new Run(problem.Id), new Run(problem.Text), new Run($"[{problem.At}]", Style.Dim, true));
        }

        if (shown < fleet.Diagnostics.Length)
        {
            canvas.Paragraph(
                2, 2, new Run($"{Display.Count(fleet.Diagnostics.Length - shown)} more with -v", Style.Dim));
        }
    }

    internal static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Critical => Style.Critical,
        Tone.Warning => Style.Warning,
        Tone.Open => Style.Strong,
        _ => Style.Good,
    };

    private static void WriteLines(TerminalCanvas canvas, FleetReport fleet, int most)
    {
        int label = Math.Min(fleet.Hosts.Max(h => TerminalCanvas.ColumnsOf(h.Label)), WidestLabel);
        int what = canvas.Width - StateWidth - label - 4;
        foreach (FleetHost host in fleet.Hosts.Take(most))
        {
            string state = FleetWords.StateOf(host);
            string text = FleetWords.WhatOf(host);
            canvas.Row(
                new Run(canvas.Fit(state, StateWidth), StyleOf(FleetWords.ToneOf(host))),
                new Run(text.Length > 0 ? $" {canvas.Fit(host.Label, label)}  " : $" {host.Label}"),
                new Run(text.Length > 0 ? canvas.Fit(text, Math.Max(what, 1)).TrimEnd() : ""));
        }

        if (most < fleet.Hosts.Length)
        {
            canvas.Paragraph(0, 0, new Run(
                $"{Display.Count(fleet.Hosts.Length - most, "more host", "more hosts")}, all with -v.", Style.Dim));
        }
    }

    private static void WriteWorst(
        TerminalCanvas canvas, FleetDocument document, TextWriter output, TerminalOptions options)
    {
        int told = 0;
        foreach (DiagnosisReport report in document.Worst.Where(r => r.Verdict.State == VerdictState.Wrong))
        {
            canvas.Blank();
            canvas.Verbatim(0, new string('-', Math.Min(canvas.Width, 72)), Style.Dim);
            if (document.IsGrowthAlone)
            {
                DetectTerminalReport.Write(report, TrendNeeds.Of(report), output, options);
            }
            else
            {
                TerminalReport.Write(report, output, options);
            }

            told++;
        }

        if (told < document.Fleet.Hosts.Length)
        {
            canvas.Blank();
            canvas.Paragraph(0, 0, new Run("All of one host: the same command with --host NAME.", Style.Dim));
        }
    }
}
