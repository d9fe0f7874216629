using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>What was lost in reading, and what was left out: damaged places, and hosts that nobody judged.</summary>
internal static class InputGaps
{
    /// <summary>The gaps, those in the latest capture first.</summary>
    public static IEnumerable<Gap> Of(DiagnosisReport report)
    {
        ImmutableArray<Diagnostic> losses = [.. report.Diagnostics.Where(d => d.IsDamage)];
        string[] files = [.. losses.Select(d => d.At.File.Path).Distinct(StringComparer.Ordinal)];
        bool isLatest = report.Latest.Diagnostics.Concat(report.Input.Problems).Intersect(losses).Any();
        if (isLatest || DamagedShare.IsTooLarge(files.Length, report.History.Samples.Length))
        {
            Diagnostic? first = losses.FirstOrDefault();
            if (first is not null)
            {
                yield return new Gap(
                    files[0],
                    $"{Display.Count(losses.Length, "place", "places")} in "
                        + $"{Display.Count(files.Length, "file", "files")} lost: {first.Text}",
                    first.At);
            }
        }

        foreach (Diagnostic second in report.Latest.Diagnostics.Where(d => d.Id == DiagnosticId.SecondOutput))
        {
            yield return new Gap(second.At.File.Path, second.Text, second.At);
        }

        foreach (Gap two in OfIdentity(report.Latest.Host))
        {
            yield return two;
        }

        foreach ((string name, int captures) in report.Input.OtherHosts)
        {
            yield return new Gap(
                $"host {name}", $"{Display.Count(captures, "capture", "captures")} of another host, not judged here");
        }
    }

    /// <summary>Outputs of one capture that name two releases or two hosts.</summary>
    public static IEnumerable<Gap> OfIdentity(HostIdentity host)
    {
        if (host.OtherRelease is { } release)
        {
            yield return new Gap(
                "release",
                $"{release.First} by {release.FirstAt}, {release.Second} by {release.SecondAt}: the numbers may be of "
                    + "two hosts, or of one before and after an upgrade",
                release.SecondAt)
            {
                IsOfTwo = true,
            };
        }

        if (host.OtherName is { } other)
        {
            yield return new Gap(
                $"host {other.Name}",
                $"an output of it among those of {host.Name}: the numbers may be of two hosts",
                other.At)
            {
                IsOfTwo = true,
            };
        }
    }
}
