using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>A trace of allocations, alone or beside an earlier one.</summary>
/// <param name="Trace">The trace.</param>
/// <param name="Before">The earlier trace to compare with; null for none.</param>
/// <param name="Knowledge">Who owns the zones and malloc types in it.</param>
public sealed record TraceReport(Trace Trace, Trace? Before, KnowledgeBase Knowledge)
{
    /// <summary>Text for a terminal.</summary>
    internal static void WriteText(TraceReport report, TextWriter output, TerminalOptions layout)
    {
        if (report.Before is { } before)
        {
            TraceTerminalReport.WriteDifference(before, report.Trace, output, layout);
        }
        else
        {
            TraceTerminalReport.Write(report.Trace, report.Knowledge, output, layout);
        }
    }

    /// <summary>JSON: <c>leakstat.trace/1</c>, or the difference.</summary>
    internal static void WriteJson(TraceReport report, Stream output)
    {
        if (report.Before is { } before)
        {
            TraceJson.WriteDifference(before, report.Trace, output);
        }
        else
        {
            TraceJson.Write(report.Trace, output);
        }
    }
}
