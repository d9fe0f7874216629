using Leakstat.Dump.Leaks;
using Leakstat.Model;

namespace Leakstat.Dump.Tables;

/// <summary>What a search for leaks found as a table of the model.</summary>
public static class LeakTables
{
    /// <summary>The table.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="report">What was found in it.</param>
    /// <param name="file">The dump's name.</param>
    public static LeakTable Of(KernelDump dump, LeakReport report, SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(report);


        // Findings are about zones, types and large allocations; memory without an owner is told by the search itself.
        return new LeakTable(
            file, [.. report.Leaks.Where(g => g.Kind is not (LeakKind.Page or LeakKind.Range))])
        {
            Objects = report.Objects,
            MissingPages = report.MissingPages,
            IsWhole = report.IsWhole,
            IsLive = dump.IsLive,
            Dump = dump.File.Path,
            Kernel = dump.KernelPath,
        };
    }
}
