using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Detections;

/// <summary>The slowest steady leaks that would have been named by now, bytes a day: <c>sensitivity</c>.</summary>
internal sealed record SensitivityPart(long? ZoneBytesPerDay, long? TypeBytesPerDay, long? UnaccountedBytesPerDay)
{
    /// <summary>Null where the captures are too few for a trend.</summary>
    public static SensitivityPart? Of(DiagnosisReport report) =>
        HistorySensitivity.Of(report) is { } sensitivity
            ? new SensitivityPart(
                sensitivity.ZoneBytesPerDay, sensitivity.TypeBytesPerDay, sensitivity.UnaccountedBytesPerDay)
            : null;
}

/// <summary>A series that rises without being a finding: one of <c>rising</c>.</summary>
internal sealed record RisingPart(SubjectPart Subject, long Bytes, double? Probability, string Why)
{
    public static RisingPart Of(RisingSeries series) => new(
        new SubjectPart(
            series.Key.Kind switch
            {
                SeriesKind.ZoneUsed => "zone",
                SeriesKind.MallocBytes => "malloc",
                _ => "wired",
            },
            series.Key.Name),
        series.Bytes,
        JsonForm.Number(series.Probability),
        series.Why);
}
