using Leakstat.Captures.Commands.Known;

namespace Leakstat.Captures.Commands.Mount;

/// <summary><c>mount</c>: how many file systems are mounted.</summary>
internal static class MountCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new MountText(),
        Scrub = (names, lines) => new KnownScrub(names, lines, KnownScrub.MountRow),
    };
}
