using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Diagnosis.Growth;

/// <summary>
/// The slowest steady leak that would have been listed by now with probability 0.8, present during the whole history.
/// </summary>
/// <param name="ZoneBytesPerDay">In any zone; null where none would, or no zone was seen.</param>
/// <param name="TypeBytesPerDay">In any malloc type.</param>
/// <param name="UnaccountedBytesPerDay">Of pages that no zone or type owns.</param>
public sealed record HistorySensitivity(long? ZoneBytesPerDay, long? TypeBytesPerDay, long? UnaccountedBytesPerDay)
{
    private const double Day = 24;

    // Where memory is not known: a terabyte an hour is listed on any host or on none.
    private const double MostPerHour = 1e12;

    /// <summary>
    /// Measures it on a history; null where that has too few captures to be judged. Of zones, types or pages that are
    /// not all there nothing is claimed: what leaks may be among those that are missing.
    /// </summary>
    public static HistorySensitivity? Of(DiagnosisReport report) => Of(report.History, report.Trends) is { } measured
        ? new HistorySensitivity(
            report.Verdict.Lacks("vmstat -z") ? null : measured.ZoneBytesPerDay,
            report.Verdict.Lacks("vmstat -m") ? null : measured.TypeBytesPerDay,
            report.Verdict.Lacks("vmstat -z") || report.Verdict.Lacks("vmstat -m")
                || report.Verdict.Lacks("sysctl vm.stats.vm") ? null : measured.UnaccountedBytesPerDay)
        : null;

    private static HistorySensitivity? Of(HostHistory history, TrendJudgement? trends)
    {
        if (trends is not { CanProve: true })
        {
            return null;
        }

        HostSeries host = trends.Host;
        HashSet<string> listed =
        [
            .. trends.Results.Values.Where(r => r.IsLeak || r.Class == TrendClass.Suspect).Select(r => r.Key),
        ];
        double hours = host.Hours.Length > 1 ? host.Hours[^1] - host.Hours[0] : 0;
        double most = host.PhysicalBytes > 0 && hours > 0 ? host.PhysicalBytes / hours : MostPerHour;
        var probe = new SensitivityProbe();
        return new HistorySensitivity(
            PerDay("zone:", SeriesKind.ZoneUsed, 1),
            PerDay("malloc:", SeriesKind.MallocBytes, 16),
            PerDay("wired:", null, 4096));

        long? PerDay(string prefix, SeriesKind? kind, double quantum)
        {
            IEnumerable<SeriesInput> moving = host.Series.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)
                && !listed.Contains(s.Key)
                && (kind is null || s.Role == SeriesRole.Live));
            IEnumerable<SeriesInput> still = history.Series.Where(s => s.Key.Kind == kind
                && s.IsConstant).Select(s => new SeriesInput
                {
                    Key = prefix + s.Key.Name,
                    Values = [.. s.Values.Select(v => (double)(v ?? 0))],
                    BytesPerUnit = kind == SeriesKind.ZoneUsed ? Math.Max(s.ItemSize, 1) : 1,
                    Quantum = quantum,
                });
            return probe.Slowest(host, [.. moving.Concat(still)
                .OrderBy(s => s.Key, StringComparer.Ordinal)], most) is { } perHour
                ? (long)Math.Ceiling(perHour * Day)
                : null;
        }
    }

    /// <summary>It in a sentence, with the days that were seen; null where nothing could be said.</summary>
    public string? Text(double days)
    {
        string[] parts =
        [
            .. Part(ZoneBytesPerDay, "in any zone"), .. Part(TypeBytesPerDay, "in any malloc type"),
            .. Part(UnaccountedBytesPerDay, "of pages that no zone owns"),
        ];
        return parts.Length == 0
            ? null
            : $"Over these {Span(days)} a steady leak of {string.Join(", ", parts)} would have been named, with a "
                + "chance of 0.8; in what swings by itself, a larger one only (detect --why NAME).";

        static string Span(double days) => days >= 2 ? $"{days:0.#} days"
            : days * Day >= 2 ? $"{days * Day:0.#} hours"
            : $"{Math.Max(1, Math.Round(days * Day * 60)):0} minutes";

        static IEnumerable<string> Part(long? perDay, string where) =>
            perDay is { } bytes ? [$"{Model.Display.Bytes(bytes)} a day {where}"] : [];
    }
}
