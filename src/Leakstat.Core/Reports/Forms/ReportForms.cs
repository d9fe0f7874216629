using System.Collections.Immutable;

namespace Leakstat.Reports.Forms;

/// <summary>Every form of one report.</summary>
/// <typeparam name="TReport">What is reported.</typeparam>
/// <param name="Terminal">The form for people, on standard output.</param>
/// <param name="Json">The form for programs, on standard output in its place.</param>
/// <param name="Files">Forms that go to files of their own, each by the option of its name, in the order they are written.</param>
public sealed record ReportForms<TReport>(
    IReportForm<TReport> Terminal, IReportForm<TReport> Json, ImmutableArray<IReportForm<TReport>> Files);
