using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Configuration;

/// <summary>
/// <c>/boot/loader.conf</c>: recognised by a dotted name with a quoted value, or by a module to load.
/// </summary>
public sealed class LoaderConfText : IFormat
{
    /// <inheritdoc/>
    public string Name => "loader.conf/text";

    /// <inheritdoc/>
    public string Command => "cat /boot/loader.conf";

    /// <inheritdoc/>
    public bool IsNamed(ReadOnlySpan<char> fileName) =>
        fileName.EndsWith("loader.conf") || fileName.EndsWith("loader.conf.txt")
        || fileName.EndsWith("loader.conf.local") || fileName.EndsWith("loader-conf.txt");

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (ConfigurationText.TryLine(line, out ReadOnlySpan<byte> name, out _, out bool quoted))
        {
            return quoted && (name.Contains((byte)'.') || name.EndsWith("_load"u8)) ? LineFit.Row : LineFit.Continues;
        }

        return ConfigurationText.IsIgnorable(line) ? LineFit.Continues : LineFit.None;
    }

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<ConfigurationLine> settings = ConfigurationText.Read(section, capture, out int skipped);
        if (!settings.IsEmpty)
        {
            capture.Offer(new LoaderConfiguration(section.File, settings));
        }

        return new FormatResult(settings.Length, skipped);
    }
}
