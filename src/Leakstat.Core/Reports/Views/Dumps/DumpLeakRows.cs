using Leakstat.Model;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>
/// Groups of leaked blocks as a person reads them: large allocations of many sizes are one row for each way to
/// allocate.
/// </summary>
internal static class DumpLeakRows
{
    /// <summary>The rows, the largest first; each has at least one group, its largest first.</summary>
    /// <param name="groups">Groups, the largest first.</param>
    /// <param name="eachSize">Whether each size is a row.</param>
    public static LeakGroup[][] Of(IReadOnlyList<LeakGroup> groups, bool eachSize) =>
    [
        .. groups
            .GroupBy(g => (g.Kind, g.Name, Size: g.Kind == LeakKind.Large && !eachSize ? 0 : g.Size))
            .Select(row => row.ToArray())
            .OrderByDescending(row => row.Total(g => g.Bytes)),
    ];

    /// <summary>The size of a row's blocks, or how many sizes there are.</summary>
    public static string Size(LeakGroup[] row) =>
        row.Length == 1 ? Display.Count(row[0].Size) : Display.Count(row.Length, "size", "sizes");

    /// <summary>The bounds of a row's sizes; null where there is one.</summary>
    public static string? Bounds(LeakGroup[] row) =>
        row.Length == 1
            ? null
            : $"of {Display.Count(row.Min(g => g.Size))} to {Display.Count(row.Max(g => g.Size))} bytes";
}
