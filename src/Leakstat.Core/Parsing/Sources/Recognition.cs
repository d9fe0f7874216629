using Leakstat.Parsing.Text;

namespace Leakstat.Parsing.Sources;

/// <summary>Finds the format of a text by its lines.</summary>
internal static class Recognition
{
    /// <summary>The format of a text that is one command's output; null where no line is any format's own.</summary>
    public static IFormat? Whole(TextSection section)
    {
        LineReader lines = section.Lines();
        for (ReadOnlySpan<byte> from = lines.Rest; lines.Read(); from = lines.Rest)
        {
            bool mayBeDocument = DocumentText.Starts(lines.Line);
            foreach (IFormat format in FormatRegistry.All)
            {
                if (format.Fit(lines.Line) >= LineFit.Row || (mayBeDocument && format.FitsDocument(from)))
                {
                    return format;
                }
            }
        }

        return null;
    }
}
