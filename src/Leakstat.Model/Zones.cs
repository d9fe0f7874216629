using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>
/// One UMA zone as <c>vmstat -z</c> prints it (<c>usr.bin/vmstat/vmstat.c</c>, <c>sys/vm/uma_core.c</c>).
/// </summary>
public readonly record struct ZoneRow
{
    /// <summary>Name as printed, cut by the kernel to 31 characters. Not unique.</summary>
    public required string Name { get; init; }

    /// <summary>Requested size of one item, bytes; for per-CPU zones the size on one CPU.</summary>
    public required long Size { get; init; }

    /// <summary>Limit, items; 0 = none.</summary>
    public required long Limit { get; init; }

    /// <summary>Allocated items. Negative where the sum over CPUs underflowed for a moment.</summary>
    public required long Used { get; init; }

    /// <summary>Free items held by the zone's caches and slabs; reclaimable, not leaked.</summary>
    public required long Free { get; init; }

    /// <summary>Successful allocations since boot.</summary>
    public required long Requests { get; init; }

    /// <summary>Failed allocations since boot; absent on releases that do not print them.</summary>
    public long? Failures { get; init; }

    /// <summary>Times an allocation slept at the limit; absent before FreeBSD 9.</summary>
    public long? Sleeps { get; init; }

    /// <summary>Frees on another NUMA domain than the allocation's; absent before FreeBSD 13.</summary>
    public long? CrossDomain { get; init; }

    /// <summary>Line in the table's file; 0 where the table was read straight from a crash dump.</summary>
    public required int Line { get; init; }

    /// <summary>Bytes in allocated items.</summary>
    public long UsedBytes => Arithmetic.Multiply(Used, Size);

    /// <summary>Bytes in free items.</summary>
    public long FreeBytes => Arithmetic.Multiply(Free, Size);
}

/// <summary>The output of <c>vmstat -z</c>.</summary>
public sealed class ZoneTable
{
    private Dictionary<string, int>? _first;

    /// <summary>Takes the rows in the order they were printed.</summary>
    public ZoneTable(SourceFile file, ImmutableArray<ZoneRow> rows, bool hasCrossDomain)
    {
        File = file;
        Rows = rows;
        HasCrossDomain = hasCrossDomain;
    }

    /// <summary>The file.</summary>
    public SourceFile File { get; }

    /// <summary>All rows, in the kernel's order.</summary>
    public ImmutableArray<ZoneRow> Rows { get; }

    /// <summary>Whether the table has the XDOMAIN column, which came with FreeBSD 13.0.</summary>
    public bool HasCrossDomain { get; }

    /// <summary>The first zone of that name; null where there is none.</summary>
    public ZoneRow? Find(string name) => (_first ??= Index()).TryGetValue(name, out int index) ? Rows[index] : null;

    /// <summary>File and line of a row, or its place in a dump.</summary>
    public SourceLine At(in ZoneRow row) =>
        row.Line > 0 || File.Place is not null ? new(File, row.Line)
            : File.InDump($"zone \"{row.Name}\"", "zones");

    // Made when first asked for: of thousands of tables in a history few are asked.
    private Dictionary<string, int> Index()
    {
        var first = new Dictionary<string, int>(Rows.Length);
        for (int i = 0; i < Rows.Length; i++)
        {
            first.TryAdd(Rows[i].Name, i);
        }

        return first;
    }
}
