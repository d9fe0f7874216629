namespace Leakstat.Captures.Commands.Kldstat;

/// <summary><c>kldstat</c>, <c>kldstat -v</c>: modules.</summary>
internal static class KldstatCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new KldstatText(),
        Scrub = static (names, lines) => new KldstatScrub(names, lines),
        Need = new CommandNeed("kldstat -v", static capture => capture.KernelFiles is null, "modules"),
    };
}
