namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>Which kernel messages a maintainer wants to see in a report about memory.</summary>
internal static class KernelMessageChoice
{
    private static readonly string[] Telling =
    [
        "leaked memory on destroy", "UMA keg", "[zone:", "swap", "kmem", "was killed", "PV entr", "limit", "watchdog",
        "panic", "modified after free", "pipekva", "maxfiles", "sonewconn", "out of ", "allocat", "memory", "mbuf",
    ];

    /// <summary>Whether the message has to do with memory or with a device that gave up.</summary>
    public static bool IsTelling(string message) =>
        Array.Exists(Telling, word => message.Contains(word, StringComparison.OrdinalIgnoreCase));
}
