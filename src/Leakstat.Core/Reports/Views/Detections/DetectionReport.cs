using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;

namespace Leakstat.Reports.Views.Detections;

/// <summary>What grows over the history of a host, and what the history lacks for a verdict.</summary>
/// <param name="Diagnosis">The host, with the findings of rules that look at its history.</param>
/// <param name="Needs">What the history lacks.</param>
public sealed record DetectionReport(DiagnosisReport Diagnosis, TrendNeeds Needs);
