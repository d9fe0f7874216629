using System.Text;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Hosting;

/// <summary>
/// A writer for everything that is no report: messages, lists, what other programs and hosts said. Whatever it is given
/// reaches the terminal as printable text, so that no name of a file, a host or a zone can move the cursor, set the
/// clipboard, turn a line around or begin a line of its own. Tabs stay; a line end stays where it ends what is written.
/// </summary>
/// <param name="under">Where the text goes.</param>
/// <param name="keepsLines">
/// Whether line ends within a text stay too: of texts of several lines that are the program's own.
/// </param>
internal sealed class PrintableWriter(TextWriter under, bool keepsLines = false) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => under.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        bool hasEnd = value[^1] == '\n';
        string text = hasEnd ? value[..^1] : value;
        if (keepsLines)
        {
            int start = 0;
            for (int end; (end = text.IndexOf('\n', start)) >= 0; start = end + 1)
            {
                under.Write(Printable(text[start..end]));
                under.Write('\n');
            }

            text = text[start..];
        }

        under.Write(Printable(text));
        if (hasEnd)
        {
            under.Write('\n');
        }
    }

    /// <inheritdoc/>
    public override void WriteLine() => under.Write('\n');

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + "\n");

    /// <inheritdoc/>
    public override void Flush() => under.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            under.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string Printable(string text) =>
        text.Contains('\t', StringComparison.Ordinal)
            ? string.Join('\t', text.Split('\t').Select(part => PrintableText.Of(part)))
            : PrintableText.Of(text);
}
