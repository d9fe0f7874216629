namespace Leakstat.Captures.Commands.Pfctl;

/// <summary><c>pfctl -si</c> and <c>pfctl -sm</c>: states of pf and their limit.</summary>
internal static class PfctlCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new() { Text = new PfctlText(), HoldsCounters = true };
}
