using System.Text;
using Leakstat.Captures.Commands.Sysctl;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Configuration;

/// <summary>Settings of loader.conf or sysctl.conf: values as those of sysctl(8), comments are taken out.</summary>
internal sealed class SettingScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        if (!ConfigurationText.TryLine(
            bytes, out ReadOnlySpan<byte> nameBytes, out ReadOnlySpan<byte> valueBytes, out bool isQuoted))
        {
            return !ConfigurationText.IsIgnorable(bytes)
                ? Lines.Strict(line)
                : line.TrimStart().StartsWith('#') ? "#" : line;
        }

        string name = Encoding.Latin1.GetString(nameBytes);
        string value = SysctlScrub.Value(Names, Lines, name, Encoding.Latin1.GetString(valueBytes));
        string quote = isQuoted ? "\"" : "";
        return $"{SysctlScrub.Name(Names, Lines, name)}={quote}{value}{quote}";
    }
}
