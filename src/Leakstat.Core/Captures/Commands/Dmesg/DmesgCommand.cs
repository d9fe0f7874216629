namespace Leakstat.Captures.Commands.Dmesg;

/// <summary><c>dmesg</c> and what syslogd(8) wrote of it.</summary>
internal static class DmesgCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new DmesgText(),
        Scrub = static (names, lines) => new MessageScrub(names, lines),
        Need = new CommandNeed(
            "dmesg",
            static capture => capture.Messages is null,
            "the kernel's own messages about limits and lost memory"),
    };
}
