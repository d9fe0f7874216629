using Leakstat.Parsing.Text;

namespace Leakstat.Parsing.Sources;

/// <summary>Finds the format of a text by its lines.</summary>
internal static class Recognition
{
    /// <summary>The format of a text that is one command's output; null where no line is any format's own.</summary>
    public static IFormat? Whole(TextSection section)
    {
        if (ByName(section.File.Path) is { } named)
        {
            return named;
        }

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

    /// <summary>A format whose lines could be taken for another's and whose files are known by name.</summary>
    private static IFormat? ByName(string path)
    {
        foreach (IFormat format in FormatRegistry.All)
        {
            if (format.IsNamed(path))
            {
                return format;
            }
        }

        return null;
    }
}
