using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Top;

/// <summary>
/// <c>show system memory</c> of Junos: the page queues that the head of top(1) has, in kilobytes and with their share:
/// <c>Wired memory:   512372 Kbytes ( 49%)</c>.
/// </summary>
public sealed class JunosMemoryText : IFormat
{
    /// <summary>Junos' words and those of top; what is reserved is in no queue.</summary>
    private static readonly (byte[] Label, string? Name)[] s_parts =
    [
        ("Total"u8.ToArray(), null), ("Reserved"u8.ToArray(), null), ("Wired"u8.ToArray(), "Wired"),
        ("Active"u8.ToArray(), "Active"), ("Inactive"u8.ToArray(), "Inact"), ("Cache"u8.ToArray(), "Cache"),
        ("Free"u8.ToArray(), "Free"),
    ];

    /// <inheritdoc/>
    public string Name => "junos-memory/text";

    /// <inheritdoc/>
    public string Command => "show system memory";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) =>
        Scan.Trim(line).SequenceEqual("System memory usage distribution:"u8) ? LineFit.Header
            : TryPart(line, out _, out _) ? LineFit.Row
            : LineFit.None;

    /// <inheritdoc/>
    public bool HasHeading => true;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var memory = new Dictionary<string, Reading>();
        int rows = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            if (TryPart(lines.Line, out string? name, out long bytes))
            {
                rows++;
                if (name is not null)
                {
                    memory[name] = new Reading(bytes, section.At(lines.Number));
                }
            }
        }

        if (memory.Count > 0)
        {
            capture.Offer(new TopHeader { File = section.File, Memory = memory }, PartRank.Rounded);
        }

        return new FormatResult(rows, 0);
    }

    private static bool TryPart(ReadOnlySpan<byte> line, out string? name, out long bytes)
    {
        bytes = 0;
        name = null;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> label = Scan.Word(ref rest);
        if (!Scan.Word(ref rest).SequenceEqual("memory:"u8)
            || !Scan.TryInteger(Scan.Word(ref rest), out long kibibytes)
            || !Scan.Word(ref rest).SequenceEqual("Kbytes"u8) || kibibytes is < 0 or > long.MaxValue / 1024)
        {
            return false;
        }

        foreach ((byte[] known, string? part) in s_parts)
        {
            if (label.SequenceEqual(known))
            {
                (name, bytes) = (part, kibibytes * 1024);
                return true;
            }
        }

        return false;
    }
}
