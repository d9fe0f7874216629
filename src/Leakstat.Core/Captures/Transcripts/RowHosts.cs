using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Of which hosts the rows of a text are, where they say so: a log that many hosts write to, a search over their logs.
/// </summary>
internal static class RowHosts
{
    private static readonly Lazy<ImmutableArray<IFormat>> s_formats =
        new(static () => [.. CommandRegistry.Formats.Where(format => format.NamesHosts)]);

    /// <summary>Whether the rows of the text name more than one host.</summary>
    public static bool AreSeveral(ReadOnlySpan<byte> text)
    {
        string? first = null;
        var lines = new LineReader(text, 1, null);
        while (lines.Read())
        {
            foreach (IFormat format in s_formats.Value)
            {
                if (Of(format, lines.Line) is { } host && host != (first ??= host))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The host that a row names, in lower case and without its domain; null where it names none.</summary>
    public static string? Of(IFormat format, ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> host = format.NamesHosts ? format.HostIn(line) : default;
        int dot = host.IndexOf((byte)'.');

        // An address is a name of its own; of a name with a domain the first part is what others write.
        host = dot > 0 && !Scan.IsDigit(host[^1]) ? host[..dot] : host;
        return host.Length is > 0 and <= 255 ? Encoding.UTF8.GetString(host).ToLowerInvariant() : null;
    }
}
