using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.ZfsStats;

/// <summary>Where in a report a label stands: section, heading within it, label.</summary>
internal sealed class ZfsReportPath
{
    private string _heading = "";
    private int _headingIndent;

    /// <summary>The section; empty above the first.</summary>
    public string Section { get; private set; } = "";

    /// <summary>
    /// The path of a label, which may open a section (not indented) or a heading (capitals, no value).
    /// </summary>
    public string Enter(ReadOnlySpan<byte> line, ReadOnlySpan<byte> label, ReadOnlySpan<byte> rest)
    {
        int indent = line.IndexOfAnyExcept(" \t"u8);
        string text = Capitalised(label);
        if (indent == 0)
        {
            _heading = "";
            return Section = text;
        }

        if (Scan.IsEmpty(rest) && !label.ContainsAnyInRange((byte)'a', (byte)'z'))
        {
            _heading = text;
            _headingIndent = indent;
            return $"{Section}/{text}";
        }

        if (_heading.Length > 0 && indent > _headingIndent)
        {
            return $"{Section}/{_heading}/{text}";
        }

        _heading = "";
        return Section.Length > 0 ? $"{Section}/{text}" : text;
    }

    private static string Capitalised(ReadOnlySpan<byte> label) => string.Create(
        Encoding.UTF8.GetCharCount(label),
        Encoding.UTF8.GetString(label),
        static (span, text) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = i == 0 || text[i - 1] is ' ' or '(' ? char.ToUpperInvariant(text[i]) : text[i];
            }
        });
}
