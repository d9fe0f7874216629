using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Html;

/// <summary>
/// Writes markup and text, and keeps them apart: <see cref="Markup"/> takes only what this program says,
/// <see cref="Text"/> takes anything.
/// </summary>
/// <param name="writer">Where it goes.</param>
/// <param name="scope">
/// What is put in front of every id in the markup, and of every reference to one, so that what is a page elsewhere
/// can stand beside others of its kind in one; null for nothing.
/// </param>
internal sealed partial class HtmlWriter(TextWriter writer, string? scope = null)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Markup; never holds anything that was read.</summary>
    public HtmlWriter Markup(string markup)
    {
        writer.Write(scope is null ? markup : Ids().Replace(markup, Scoped));
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

    /// <summary>An attribute with ids in it, each with the scope in front.</summary>
    private string Scoped(Match attribute) => attribute.Groups["name"].Value + scope
        + attribute.Groups["ids"].Value.Replace(" ", " " + scope, StringComparison.Ordinal);

    [GeneratedRegex(
        """(?<name>\b(id|for|aria-labelledby)="|\bhref="#)(?<ids>[^"]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ids();
}
