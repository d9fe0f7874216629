using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether <c>vmstat -m</c> lacks rows. The text has no end mark; what tells is a type that every kernel has near its
/// end, and the malloc zones, which cannot hold more blocks than all types together (docs/wholeness.md).
/// </summary>
internal static class TypeTableGap
{
    private const string Command = "vmstat -m";

    /// <summary>
    /// Blocks that may come and go between two commands of one capture, as a share of all: one in so many, on a busy
    /// host.
    /// </summary>
    private const long ShareBetweenCommands = 500;

    /// <summary>What the table lacks; null where nothing shows that it lacks anything.</summary>
    public static Gap? Of(DiagnosisReport report)
    {
        if (report.Latest.MallocTypes is not { } types)
        {
            return new Gap(Command, "not in the capture");
        }

        if (ShortTypeTable.Sign(report.Latest, types) is { } sign)
        {
            return new Gap(
                Command, sign, types.Rows.IsEmpty ? new SourceLine(types.File, 0) : types.At(types.Rows[^1]));
        }

        return !report.Latest.IsCrashSummary && report.Latest.Zones is { HasCrossDomain: true } zones
            ? BelowZones(report, types, zones)
            : null;
    }

    /// <summary>
    /// From 13.0 on every block of a malloc zone is counted by a type. Fewer blocks than the zones hold means that a
    /// row is lost, or that a type went with its module while blocks stayed: the kernel says that, and it is a finding
    /// of its own.
    /// </summary>
    private static Gap? BelowZones(DiagnosisReport report, MallocTable types, ZoneTable zones)
    {
        // A type without a bucket has large allocations only, which no malloc zone counts.
        bool saysSizes = types.Rows.Any(row => !row.Sizes.IsEmpty);
        long ofTypes = Arithmetic.Sum(
            types.Rows.Where(row => !saysSizes || !row.Sizes.IsEmpty).Select(row => Math.Max(0, row.InUse)));
        long ofZones = Arithmetic.Sum(
            zones.Rows.Where(row => ZoneKinds.IsMallocBucket(row.Name)).Select(row => Math.Max(0, row.Used)));
        long lacking = Arithmetic.Subtract(ofZones, ofTypes);

        // One row that is lost shows by the capture before it (LostRowsGap); what is lacking in all captures is many
        // rows, unless a rule knows of it.
        long tolerated = report.History.Samples.Length == 1
            ? Math.Max(MallocBuckets.BetweenCommands, ofZones / ShareBetweenCommands)
            : MallocBuckets.ToleratedOf(ofZones);
        return lacking <= tolerated
            || types.Precision == MemoryPrecision.Humanized
            || report.Findings.Any(finding => finding.ExplainsRowsMissingIn == Command)
            ? null
            : new Gap(
                Command,
                $"its types hold {Display.Count(ofTypes)} blocks, the malloc zones {Display.Count(ofZones)}: rows "
                    + "are lost, types went with their modules, or the two are of different moments",
                types.At(types.Rows[^1]));
    }
}
