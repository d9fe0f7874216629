using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>How exactly the memory column of <c>vmstat -m</c> is known.</summary>
public enum MemoryPrecision
{
    /// <summary>Whole bytes (14.2 and later, piped, or JSON).</summary>
    Bytes,

    /// <summary>KiB rounded up per type (up to 13).</summary>
    Kibibytes,

    /// <summary>Rounded for a person (14.2 and later on a terminal); three digits at best.</summary>
    Humanized,
}

/// <summary>One malloc(9) type as <c>vmstat -m</c> prints it (<c>sys/kern/kern_malloc.c</c>).</summary>
public readonly record struct MallocTypeRow
{
    /// <summary>Name as printed, cut to 31 characters. Not unique.</summary>
    public required string Name { get; init; }

    /// <summary>Live allocations. Negative where it underflowed for a moment.</summary>
    public required long InUse { get; init; }

    /// <summary>Live bytes as the kernel counts them (rounded up to the bucket's or page's size).</summary>
    public required long Memory { get; init; }

    /// <summary>Allocations since boot.</summary>
    public required long Requests { get; init; }

    /// <summary>Bucket sizes ever used, bytes; empty for a type with large allocations only.</summary>
    public required MallocSizes Sizes { get; init; }

    /// <summary>Line in the table's file; 0 where the table was read straight from a crash dump.</summary>
    public required int Line { get; init; }
}

/// <summary>A set of malloc bucket sizes, 16 … 65536 bytes and 384, as one word.</summary>
/// <param name="Mask">Bit i stands for <see cref="All"/>[i].</param>
public readonly record struct MallocSizes(ulong Mask)
{
    /// <summary>Every size that <c>vmstat -m</c> prints, ascending (<c>sys/kern/kern_malloc.c</c>).</summary>
    public static ReadOnlySpan<int> All =>
        [16, 32, 64, 128, 256, 384, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

    /// <summary>The set with a size added; unknown sizes are left out.</summary>
    public MallocSizes With(long size)
    {
        int index = size is > 0 and <= 65536 ? All.IndexOf((int)size) : -1;
        return index < 0 ? this : new MallocSizes(Mask | (1UL << index));
    }

    /// <summary>Whether the size is in the set.</summary>
    public bool Contains(int size)
    {
        int index = All.IndexOf(size);
        return index >= 0 && (Mask & (1UL << index)) != 0;
    }

    /// <summary>Whether no size is in it.</summary>
    public bool IsEmpty => Mask == 0;
}

/// <summary>The output of <c>vmstat -m</c>.</summary>
public sealed class MallocTable
{
    private readonly Dictionary<string, int> _first;

    /// <summary>Takes the rows in the order they were printed.</summary>
    public MallocTable(SourceFile file, ImmutableArray<MallocTypeRow> rows, MemoryPrecision precision)
    {
        File = file;
        Rows = rows;
        Precision = precision;
        _first = new Dictionary<string, int>(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            _first.TryAdd(rows[i].Name, i);
        }
    }

    /// <summary>The file.</summary>
    public SourceFile File { get; }

    /// <summary>All rows, in the order printed.</summary>
    public ImmutableArray<MallocTypeRow> Rows { get; }

    /// <summary>How exactly <see cref="MallocTypeRow.Memory"/> is known.</summary>
    public MemoryPrecision Precision { get; }

    /// <summary>The first type of that name; null where there is none.</summary>
    public MallocTypeRow? Find(string name) => _first.TryGetValue(name, out int index) ? Rows[index] : null;

    /// <summary>File and line of a row, or its place in a dump.</summary>
    public SourceLine At(in MallocTypeRow row) =>
        row.Line > 0 || File.Place is not null ? new(File, row.Line)
            : File.InDump($"malloc type \"{row.Name}\"", "types");
}
