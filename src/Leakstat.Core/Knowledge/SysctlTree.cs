using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>
/// The order in which <c>sysctl -a</c> walks the tree: roots with numbers of their own first, by number
/// (<c>CTL_KERN</c> to <c>CTL_P1003_1B</c>, <c>sys/sys/sysctl.h</c>), then those that got a number when they were made.
/// </summary>
internal static class SysctlTree
{
    /// <summary>The first leaf of all (<c>KERN_OSTYPE</c>).</summary>
    public const string FirstLeaf = "kern.ostype";

    /// <summary>The root of devices, which every kernel has.</summary>
    public const string Devices = "dev";

    /// <summary>
    /// The leaf that each driver has. It is made first, and from 11.0 on numbers count down
    /// (<c>sysctl_register_oid</c>, <c>sys/kern/kern_sysctl.c</c>), so that it ends the driver's branch.
    /// </summary>
    public const string LastOfDriver = ".%parent";

    /// <summary>The roots that every kernel has and a walk comes by, in its order.</summary>
    public static ImmutableArray<string> Roots { get; } = ["kern", "vm", "vfs", "net", "debug", "hw", "machdep"];

    /// <summary>The names that the collector asks for first (<c>vital_sysctls</c>, <c>leakstat-collect</c>).</summary>
    public static ImmutableArray<string> FirstOfCollector { get; } =
        [FirstLeaf, "kern.osrelease", "kern.osreldate", "kern.version", "kern.ident", "kern.bootfile"];

    /// <summary>Roots with a number that come behind them, and may be empty.</summary>
    private static readonly string[] s_behind = ["user", "p1003_1b"];

    /// <summary>The place of a name's root in the walk; the last where it has no number of its own.</summary>
    public static int PlaceOf(string name)
    {
        string root = RootOf(name);
        int place = Roots.IndexOf(root);
        int behind = Array.IndexOf(s_behind, root);
        return place >= 0 ? place : Roots.Length + (behind >= 0 ? behind : s_behind.Length);
    }

    /// <summary>The first part of a name.</summary>
    public static string RootOf(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? name[..dot] : name;
}
