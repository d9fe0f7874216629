using System.Text.Encodings.Web;
using System.Text.Unicode;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Html;

/// <summary>
/// Writes markup and text, and keeps them apart: <see cref="Markup"/> takes only what this program says,
/// <see cref="Text"/> takes anything.
/// </summary>
internal sealed class HtmlWriter(TextWriter writer)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Markup; never holds anything that was read.</summary>
    public HtmlWriter Markup(string markup)
    {
        writer.Write(markup);
        return this;
    }

    /// <summary>Text (or an attribute's value in double quotes), made printable and encoded.</summary>
    public HtmlWriter Text(string text)
    {
        Encoder.Encode(writer, PrintableText.Of(text));
        return this;
    }

    /// <summary>An element with text in it.</summary>
    public HtmlWriter Element(string tag, string text) => Markup("<" + tag + ">").Text(text).Close(tag);

    private HtmlWriter Close(string tag) => Markup("</" + tag.Split(' ')[0] + ">");
}
