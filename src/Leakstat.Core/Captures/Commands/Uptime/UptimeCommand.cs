using Leakstat.Captures.Libxo;

namespace Leakstat.Captures.Commands.Uptime;

/// <summary><c>uptime</c>.</summary>
internal static class UptimeCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new UptimeText(),
        Libxo = new LibxoForm(
            "uptime", "uptime", "uptime-information", null, static (capture, file) => new UptimeValues(capture, file)),
        TellsHost = true,
    };
}
