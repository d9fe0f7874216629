using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>What a history lacks for a trend to be judged from it, said so that it can be supplied.</summary>
/// <param name="Captures">Captures of the latest boot.</param>
/// <param name="Needed">Captures of one boot, each with its time, that the word leak takes.</param>
/// <param name="Missing">What is missing, one sentence each; empty where nothing is.</param>
public sealed record TrendNeeds(int Captures, int Needed, ImmutableArray<string> Missing)
{
    private const int MostNames = 3;

    /// <summary>Whether there are captures and times enough to say leak.</summary>
    public required bool IsEnough { get; init; }

    /// <summary>What the history of a report lacks.</summary>
    public static TrendNeeds Of(DiagnosisReport report)
    {
        HostHistory history = report.History;
        int needed = TrendOptions.Default.MinimumSamples;
        int captures = history.Samples.Length - history.CurrentBootStart;
        ImmutableArray<string>.Builder missing = ImmutableArray.CreateBuilder<string>();
        if (captures < needed)
        {
            string boots = history.CurrentBootStart > 0
                ? $" since the last reboot ({Display.Count(history.CurrentBootStart)} before it are judged on "
                    + "their own)"
                : "";
            missing.Add(
                $"{Display.Count(needed - captures, "more capture", "more captures")} of this boot: "
                    + $"{Display.Count(needed)} are the "
                + $"least that a trend is judged from, and there "
                + $"{(captures == 1 ? "is 1" : $"are {Display.Count(captures)}")}{boots}");
        }

        string[] untimed = [.. history.Samples.Where(s => s.TakenAt is null).Select(s => s.Source)];
        if (untimed.Length > 0)
        {
            string names = Display.Some(untimed, MostNames, ", ...");
            missing.Add(
                $"the time of {Display.Count(untimed.Length, "capture", "captures")} of "
                    + $"{Display.Count(history.Samples.Length)} ({names}): "
                + "a manifest.json with it, or a folder named by it, like 2026-11-20T18:00:00Z");
        }

        bool isEnough = missing.Count == 0;
        if (history.Series.All(s => s.Key.Kind != SeriesKind.MallocBytes))
        {
            missing.Add("vmstat -m in the captures: no malloc type is judged without it");
        }

        if (MbufZoneSeries.IsAllThereIs(history))
        {
            bool hasMbufs = history.Series.Any(s => s.Key.Kind == SeriesKind.ZoneUsed);
            missing.Add(
                $"vmstat -z in the captures: no zone {(hasMbufs ? "but those of mbufs " : "")}is judged without it");
        }

        if (history.Find(SeriesKind.Account, AccountName.Unaccounted) is null)
        {
            string commands = string.Join("; ", report.Ledger.Missing.Select(m => m.Command).Distinct()
                .Take(MostNames));
            missing.Add("what tells the memory that nobody owns"
                + (commands.Length > 0 ? $" ({commands})" : "")
                + ": a leak of whole pages is not seen without it");
        }

        return new TrendNeeds(captures, needed, missing.ToImmutable()) { IsEnough = isEnough };
    }
}
