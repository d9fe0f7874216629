namespace Leakstat.Captures.Commands.Sysctl;

/// <summary><c>sysctl</c>: values of the kernel by name.</summary>
internal static class SysctlCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new SysctlText(),
        SameStartStartsCapture = true,
        TellsHost = true,
        Scrub = static (names, lines) => new SysctlScrub(names, lines),
        Need = new CommandNeed(
            "sysctl -a",
            static capture => capture.Sysctls.Number("vm.stats.vm.v_wire_count") is null,
            "page counts, limits and the ARC"),
    };
}
