using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Configuration;

/// <summary>Settings of the loader and of sysctl(8) at boot.</summary>
internal static class ConfigurationCommand
{
    /// <summary><c>/boot/loader.conf</c>.</summary>
    public static CommandDescriptor Loader { get; } = new() { Text = new LoaderConfText(), Scrub = Scrub };

    /// <summary><c>/etc/sysctl.conf</c>.</summary>
    public static CommandDescriptor Sysctl { get; } = new() { Text = new SysctlConfText(), Scrub = Scrub };

    private static OutputScrub Scrub(Pseudonyms names, LineScrubber lines) => new SettingScrub(names, lines);
}
