using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>What was lost in reading, and what was left out: damaged places, and hosts that nobody judged.</summary>
internal static class InputGaps
{
    /// <summary>The share of captures that may be damaged before a history counts as damaged.</summary>
    private const int DamagedShare = 20;

    /// <summary>The gaps, those in the latest capture first.</summary>
    public static IEnumerable<Gap> Of(DiagnosisReport report)
    {
        ImmutableArray<Diagnostic> losses = [.. report.Diagnostics.Where(d => d.IsLoss)];
        string[] files = [.. losses.Select(d => d.At.File.Path).Distinct(StringComparer.Ordinal)];
        bool isLatest = report.Latest.Diagnostics.Any(d => d.IsLoss) || report.Input.Problems.Any(d => d.IsLoss);
        if (isLatest || files.Length > report.History.Samples.Length / DamagedShare)
        {
            Diagnostic? first = losses.FirstOrDefault();
            if (first is not null)
            {
                yield return new Gap(
                    files[0],
                    $"{Display.Count(losses.Length, "place", "places")} in "
                        + $"{Display.Count(files.Length, "file", "files")} could not be read: {first.Text}",
                    first.At);
            }
        }

        if (report.Latest.Host.OtherName is { } other)
        {
            yield return new Gap(
                $"host {other.Name}",
                $"an output of it among those of {report.Latest.Host.Name}: the numbers may be of two hosts",
                other.At);
        }

        foreach ((string name, int captures) in report.Input.OtherHosts)
        {
            yield return new Gap(
                $"host {name}", $"{Display.Count(captures, "capture", "captures")} of another host, not judged here");
        }
    }
}
