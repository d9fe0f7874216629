using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>The kernel's message buffer in a dump (<c>leakstat dump VMCORE messages</c>).</summary>
public sealed record DumpMessagesView : DumpView
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public override string Schema => "leakstat.dumpmessages/1";

    /// <summary>Its lines, the oldest first.</summary>
    public required ImmutableArray<string> Messages { get; init; }

    /// <summary>Writes the lines as dmesg(8) would.</summary>
    public override void Write(TextWriter writer, TerminalOptions layout)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(layout);
        foreach (string line in Messages)
        {
            DumpText.WriteLine(writer, line, layout);
        }

        DumpText.WriteProblems(writer, this, layout);
    }
}
