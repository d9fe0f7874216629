using Leakstat.Captures.Commands.Ps;

namespace Leakstat.Captures.Commands.Top;

/// <summary><c>top</c>, whose header is used.</summary>
internal static class TopCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new TopText(),
        RepeatStartsCapture = true,
        HoldsCounters = true,
        TellsHost = true,
        Scrub = static (names, lines) => new ProcessScrub(names, lines, isTop: true),
    };

    /// <summary>The same queues as Junos prints them.</summary>
    public static CommandDescriptor Junos { get; } = new() { Text = new JunosMemoryText() };
}
