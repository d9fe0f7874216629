using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Configuration;

/// <summary>
/// <c>/etc/sysctl.conf</c>. Its lines look like the output of <c>sysctl -e</c>, and what they say is a wish, not a
/// value of the host: so it is recognised by the name of the file and never by a line.
/// </summary>
public sealed class SysctlConfText : IFormat
{
    /// <inheritdoc/>
    public string Name => "sysctl.conf/text";

    /// <inheritdoc/>
    public string Command => "cat /etc/sysctl.conf";

    /// <inheritdoc/>
    public bool IsNamed(ReadOnlySpan<char> fileName) =>
        fileName.EndsWith("sysctl.conf") || fileName.EndsWith("sysctl.conf.txt")
        || fileName.EndsWith("sysctl.conf.local") || fileName.EndsWith("sysctl-conf.txt");

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) => LineFit.None;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<ConfigurationLine> settings = ConfigurationText.Read(section, capture, out int skipped);
        if (!settings.IsEmpty)
        {
            capture.Offer(new SysctlConfiguration(section.File, settings));
        }

        return new FormatResult(settings.Length, skipped);
    }
}
