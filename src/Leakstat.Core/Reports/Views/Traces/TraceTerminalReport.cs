using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>
/// A trace at a terminal: what is outstanding, how far the numbers carry, and the places with their stacks.
/// </summary>
public static class TraceTerminalReport
{
    private const int UsualSites = 10;

    /// <summary>Writes the report.</summary>
    public static void Write(Trace trace, KnowledgeBase knowledge, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        bool isLeaking = trace is { Form: TraceForm.Outstanding, Sites.IsEmpty: false };
        canvas.Paragraph(0, 0, new Run(TraceWords.Headline(trace), isLeaking ? Style.Warning : Style.Strong));
        foreach (string reservation in TraceWords.Reservations(trace))
        {
            canvas.Paragraph(0, 2, new Run("!", Style.Critical), new Run(reservation));
        }

        if (TraceWords.SelfCheck(trace) is { } checkedWith)
        {
            canvas.Paragraph(0, 0, new Run(checkedWith, Style.Dim));
        }

        if (trace.Form == TraceForm.Outstanding && isLeaking && trace.Bounds is null or { MinimumAge: 0 })
        {
            canvas.Paragraph(
                0,
                0,
                new Run(
                    "Some of it may only be young: what is outstanding is not lost until nothing will release it.",
                    Style.Dim));
        }

        int shown = options.Detail switch
        {
            Detail.Quiet => 0,
            Detail.Normal => UsualSites,
            _ => int.MaxValue,
        };
        foreach (TraceSite site in trace.Sites.Take(shown))
        {
            canvas.Blank();
            WriteSite(canvas, trace, site, knowledge);
        }

        if (shown > 0 && trace.Sites.Length > shown)
        {
            ImmutableArray<TraceSite> rest = trace.Sites[shown..];
            canvas.Blank();
            canvas.Paragraph(0, 0, new Run(
                $"{Display.Count(rest.Length, "more stack", "more stacks")} with "
                    + $"{TraceWords.Weight(trace, rest.Aggregate(0L, (sum, s) => Arithmetic.Add(sum, s.Weight)))}; "
                    + "-v shows all.",
                Style.Dim));
        }
    }

    /// <summary>Writes what changed between two traces.</summary>
    public static void WriteDifference(Trace before, Trace after, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        ImmutableArray<SiteChange> changes = TraceDifference.Of(before, after);
        canvas.Paragraph(
            0,
            0,
            new Run(
                changes.IsEmpty
                    ? "The two traces show the same."
                    : $"{Display.Count(changes.Length, "stack differs", "stacks differ")}.",
                Style.Strong));
        foreach ((string name, Trace trace) in new[] { ("before", before), ("after", after) })
        {
            canvas.Field(0, 8, name, new Run(TraceWords.Headline(trace)));
            foreach (string reservation in TraceWords.Reservations(trace))
            {
                canvas.Paragraph(8, 10, new Run("!", Style.Critical), new Run(reservation));
            }
        }

        foreach (SiteChange change in changes.Take(options.Detail == Detail.Verbose ? int.MaxValue : UsualSites * 2))
        {
            string weight = TraceWords.Weight(after, change.Change);
            canvas.Blank();
            canvas.Paragraph(
                0,
                4,
                new Run(change.Change > 0 ? "+" + weight : weight, change.Change > 0 ? Style.Warning : Style.Good),
                new Run(Where(change.Stack, change.Key)));
            WriteFrames(canvas, change.Stack);
        }
    }

    private static void WriteSite(TerminalCanvas canvas, Trace trace, TraceSite site, KnowledgeBase knowledge)
    {
        string blocks = site.Count is { } count ? $"in {Display.Count(count, "block", "blocks")}" : "";
        string age = site.Oldest is { } oldest ? $", the oldest {TraceWords.Span(oldest)} old," : ",";
        canvas.Paragraph(
            0,
            4,
            new Run(TraceWords.Weight(trace, site.Weight), Style.Strong),
            new Run(blocks + age),
            new Run(Where(site.Stack, site.Key), Style.Strong));
        if (site.Stack.Site is { Module: { Length: > 0 } module } && module != "kernel")
        {
            string origin = knowledge.IsInTree(module) ? "part of FreeBSD" : "not part of FreeBSD";
            canvas.Field(4, 8, "module", new Run($"{module}, {origin}"));
        }

        if (site.Address is { } address)
        {
            canvas.Field(4, 8, "oldest", new Run($"0x{address:x}", IsWhole: true));
        }

        WriteFrames(canvas, site.Stack);
    }

    private static string Where(StackFrames stack, string key)
    {
        string place = stack.Site is { } site ? $"at {site}" : "without a stack";
        return key.Length > 0 ? $"{key}, {place}" : place;
    }

    /// <summary>The frames; those that merely allocate are dimmed.</summary>
    private static void WriteFrames(TerminalCanvas canvas, StackFrames stack)
    {
        for (int i = 0; i < stack.Frames.Length; i++)
        {
            canvas.Verbatim(8, stack.Frames[i].ToString(), i < stack.SiteIndex ? Style.Dim : Style.Plain);
        }
    }
}
