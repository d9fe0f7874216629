using System.Collections.Frozen;
using Leakstat.Model;

namespace Leakstat.Fleet;

/// <summary>Which drivers the network interfaces of a host have, by the sysctls of their devices.</summary>
internal static class NetworkDrivers
{
    /// <summary>Drivers of Ethernet devices with a tree of sysctls (<c>sys/dev</c>, section 4 of the manual).</summary>
    private static readonly FrozenSet<string> s_drivers = FrozenSet.Create(
        StringComparer.Ordinal,
        "ae", "age", "alc", "ale", "atlantic", "aq", "axgbe", "bce", "bfe", "bge", "bnxt", "bxe", "cas", "cc",
        "cxgb", "cxgbe", "cxl", "dpni", "em", "ena", "enetc", "et", "fxp", "gem", "genet", "gve", "hn", "iavf",
        "ice", "igb", "igc", "ix", "ixl", "ixv", "jme", "le", "liquidio", "mana", "mce", "mge", "mlx4_core",
        "mlx5_core", "msk", "mvneta", "mwl", "mxge", "nfe", "nge", "oce", "ql", "qlnxe", "qlxgb", "qlxgbe", "re",
        "rge", "rl", "sfxge", "sge", "sis", "sk", "ste", "stge", "t4nex", "t5nex", "t6nex", "ti", "tx", "vge",
        "vmx", "vr", "vtnet", "xl", "xn");

    /// <summary>
    /// The drivers, by name, with commas between; null where devices were not asked for, or none is known.
    /// </summary>
    public static string? Of(SysctlTable sysctls)
    {
        string[] found =
        [
            .. sysctls.Names.Select(DriverOf).OfType<string>().Where(s_drivers.Contains)
                .Distinct().Order(StringComparer.Ordinal),
        ];
        return found.Length == 0 ? null : string.Join(", ", found);
    }

    /// <summary>The driver in <c>dev.igb.0.…</c>; null in other names.</summary>
    private static string? DriverOf(string name)
    {
        const string Tree = "dev.";
        int end = name.StartsWith(Tree, StringComparison.Ordinal) ? name.IndexOf('.', Tree.Length) : -1;
        return end < 0 ? null : name[Tree.Length..end];
    }
}
