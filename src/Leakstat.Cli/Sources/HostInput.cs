using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Cli.Sources;

/// <summary>One host of the input, not judged yet.</summary>
/// <param name="Label">What reports and <c>--host</c> call it.</param>
/// <param name="Captures">Number of its captures.</param>
/// <param name="Judge">
/// Reads its captures and judges them; on any thread, beside other hosts. Fails as commands do where nothing of it
/// can be read.
/// </param>
/// <param name="IsRead">Whether there is anything to read; false for what stands for a place that could not be.</param>
internal sealed record HostInput(string Label, int Captures, Func<DiagnosisReport> Judge, bool IsRead = true);
