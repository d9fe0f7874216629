using Leakstat.Captures.Libxo;

namespace Leakstat.Captures.Commands.Ps;

/// <summary><c>ps</c>: processes and threads.</summary>
internal static class PsCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new PsText(),
        Libxo = new LibxoForm(
            "ps", "ps", "process-information", null, static (capture, file) => new ProcessRows(capture, file)),
        Scrub = static (names, lines) => new ProcessScrub(names, lines, isTop: false),
    };
}
