using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// What a tunable can hold. A value that is advised is computed from numbers of a capture, which may be anything; one
/// that the kernel's variable cannot hold, or that no host has, is never printed as a line to be used.
/// </summary>
internal static class AdvisedValue
{
    /// <summary>
    /// Variables of 64 bits, as they are declared: sizes in bytes, and <c>vm.max_user_wired</c> in pages
    /// (<c>u_long</c>, <c>sys/vm/vm_page.c</c>). All others are <c>int</c> on one of the releases at least.
    /// </summary>
    private static readonly string[] Wide =
    [
        "kern.ipc.maxmbufmem", "kern.ipc.maxpipekva", "kern.maxswzone", "vfs.tmpfs.memory_reserved", "vm.kmem_size",
        "vm.kmem_size_max", "vm.kmem_size_min", "vm.max_user_wired", "vfs.zfs.arc.max", "vfs.zfs.arc.min",
        "vfs.zfs.arc.meta_limit", "vfs.zfs.arc.dnode_limit", "vfs.zfs.arc.sys_free", "vfs.zfs.arc_max",
        "vfs.zfs.arc_min", "vfs.zfs.arc_meta_limit", "vfs.zfs.dbuf_cache_max_bytes",
    ];

    /// <summary>
    /// Whether the tunable can have the value on that host: not negative, within its variable, and, of those that count
    /// memory, no more than there is.
    /// </summary>
    public static bool Holds(DiagnosisCase context, string name, long value) =>
        value >= 0 && (IsWide(name)
            ? context.Latest.Host.PhysicalMemory is not { Value: > 0 } memory || value <= memory.Value
            : value <= int.MaxValue);

    /// <summary>Whether a number is a count that an <c>int</c> holds.</summary>
    public static bool IsCount(long value) => value is >= 0 and <= int.MaxValue;

    private static bool IsWide(string name) => Array.IndexOf(Wide, name) >= 0;
}
