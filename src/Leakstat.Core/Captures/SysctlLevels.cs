using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>
/// Sysctls by which two answers are known to be of two moments or hosts: amounts of memory that move slowly, and what
/// never changes on one host. Most others count up or are settings, and two values of them say nothing.
/// </summary>
internal static class SysctlLevels
{
    /// <summary>The smallest page there is: where pages are larger, more has to be apart.</summary>
    private const int PageBytes = 4096;

    /// <summary>Each with what one of it is in bytes; 0 where any other value is another host.</summary>
    private static readonly (string Name, int Bytes)[] s_levels =
    [
        ("kstat.zfs.misc.arcstats.size", 1),
        ("vm.stats.vm.v_wire_count", PageBytes),
        ("hw.physmem", 0),
        ("kern.hostuuid", 0),
    ];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => s_levels.Select(level => level.Name);

    /// <summary>Whether two answers for a name cannot be of one moment of one host.</summary>
    /// <param name="name">The name.</param>
    /// <param name="one">One answer.</param>
    /// <param name="other">The other.</param>
    /// <param name="memory">Physical memory, bytes; null where it is not known.</param>
    public static bool AreApart(string name, SysctlTable.Entry one, SysctlTable.Entry other, long? memory)
    {
        int level = Array.FindIndex(s_levels, known => known.Name == name);
        return level >= 0 && (s_levels[level].Bytes, one.Number, other.Number) switch
        {
            (0, { } a, { } b) => a != b,
            (0, _, _) => !one.Value.Span.Trim((byte)' ').SequenceEqual(other.Value.Span.Trim((byte)' ')),
            (var unit, { } a, { } b) =>
                OneMoment.SizesAreApart(Arithmetic.Multiply(a, unit), Arithmetic.Multiply(b, unit), memory),
            _ => false,
        };
    }

    /// <summary>What is said of the second of two such answers.</summary>
    public static string Text(string name, SysctlTable.Entry used) =>
        $"a second value of {name}, unlike that of {used.At}, which is used: the two are of different moments or "
            + "hosts";
}
