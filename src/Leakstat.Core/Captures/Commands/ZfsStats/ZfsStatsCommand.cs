namespace Leakstat.Captures.Commands.ZfsStats;

/// <summary><c>zfs-stats</c> and its kin.</summary>
internal static class ZfsStatsCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new ZfsStatsText(),
    };
}
