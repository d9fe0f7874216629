namespace Leakstat.Dump.Tests.Image;

/// <summary>A release, as far as its dumps differ from those of others.</summary>
/// <param name="Release">As <c>uname -r</c> says it.</param>
/// <param name="OsRelDate"><c>__FreeBSD_version</c>.</param>
/// <param name="MinidumpVersion">Version in the header of a minidump of amd64.</param>
/// <param name="ArmMinidumpVersion">Likewise of arm64.</param>
/// <param name="CtfVersion">Version of its type information.</param>
/// <param name="Tables">Tables of structures, later ones in place of earlier ones.</param>
public sealed record FreeBsd(
    string Release, int OsRelDate, uint MinidumpVersion, uint ArmMinidumpVersion, int CtfVersion, params string[] Tables)
{
    /// <summary>Read from a real kernel.</summary>
    public static FreeBsd V14 { get; } = new("14.2-RELEASE", 1402000, 3, 2, 3, "freebsd-14.2-amd64.tsv");

    /// <summary>From source: <c>struct vm_page</c> lost its list, the pages of a stack are 16 bits.</summary>
    public static FreeBsd V15 { get; } = new(
        "15.0-RELEASE", 1500068, 3, 3, 3, "freebsd-14.2-amd64.tsv", "freebsd-15.0-amd64.tsv");

    /// <summary>From source: shorter domains of zones, sizes of large allocations shifted by one.</summary>
    public static FreeBsd V13 { get; } = new(
        "13.0-RELEASE", 1300139, 3, 2, 2, "freebsd-14.2-amd64.tsv", "freebsd-13.0-amd64.tsv");

    /// <summary>From source: zones with lists of kegs, one form of slab header, plain counters.</summary>
    public static FreeBsd V12 { get; } = new(
        "12.1-RELEASE", 1201000, 2, 1, 2, "freebsd-14.2-amd64.tsv", "freebsd-12.1-amd64.tsv");

    /// <summary>Whether UMA and malloc(9) are as they were before 13.</summary>
    public bool IsOld => Major <= 12;

    public int Major => OsRelDate / 100000;

    /// <summary>Shift of the size in the mark of a large allocation (<c>sys/kern/kern_malloc.c</c>, <c>malloc_large_slab</c>).</summary>
    public int LargeShift => Major >= 14 ? 2 : 1;

    public string Version => $"FreeBSD {Release} releng/{Release.Split('-')[0]}-n269506-c8918d6c7412 GENERIC\n";
}
