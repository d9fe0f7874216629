namespace Leakstat.Captures.Commands.DumpLeaks;

/// <summary><c>leakstat dump VMCORE leaks --json</c>: what a crash dump proves lost.</summary>
internal static class DumpLeaksJsonCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new() { Text = new DumpLeaksJson() };
}
