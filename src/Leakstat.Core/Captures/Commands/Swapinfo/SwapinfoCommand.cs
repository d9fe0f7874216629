using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Swapinfo;

/// <summary><c>swapinfo</c>, which is <c>pstat -s</c>.</summary>
internal static class SwapinfoCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new SwapinfoText(),
        HoldsCounters = true,
        Scrub = static (names, lines) => new AlignedScrub(names, lines),
    };
}
