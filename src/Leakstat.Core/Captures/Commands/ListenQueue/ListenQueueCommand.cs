namespace Leakstat.Captures.Commands.ListenQueue;

/// <summary><c>netstat -Lan</c>: queues of listening sockets.</summary>
internal static class ListenQueueCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new() { Text = new ListenQueueText(), HoldsCounters = true };
}
