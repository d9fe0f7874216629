namespace Leakstat.Captures.Commands.Uname;

/// <summary><c>uname -a</c> and releases on a line of their own.</summary>
internal static class UnameCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new UnameText(),
        TellsHost = true,
        Scrub = static (names, lines) => new UnameScrub(names, lines),
    };

    /// <summary>The version of an appliance, where nothing of FreeBSD's own is shown.</summary>
    public static CommandDescriptor Appliance { get; } = new() { Text = new ApplianceText(), TellsHost = true };
}
