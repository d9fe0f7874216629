using Leakstat.Model;
using Leakstat.Parsing.Text;

namespace Leakstat.Parsing.Sources;

/// <summary>Assembles one capture from files that are already in memory.</summary>
public static class CaptureAssembly
{
    /// <summary>Reads files by content into one capture.</summary>
    /// <param name="source">The capture's source, as given by the user.</param>
    /// <param name="files">Name within the capture, and content.</param>
    /// <param name="names">Pool for names.</param>
    /// <param name="limits">Bounds.</param>
    public static Capture Read(
        string source, IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> files, NamePool names, ReadLimits limits)
    {
        var builder = new CaptureBuilder(source, names, limits);
        foreach ((string name, ReadOnlyMemory<byte> content) in files)
        {
            var section = new TextSection(new SourceFile($"{source}/{name}"), content);
            IFormat? format = Recognize(section);
            if (format is null)
            {
                builder.AddFile(new CaptureFile(name, "unknown", 0, 0, FileUse.Unknown));
                builder.Report(DiagnosticId.UnknownFile, "not recognised; skipped", new SourceLine(section.File, 0));
                continue;
            }

            FormatResult result = format.Read(section, builder);
            builder.AddFile(new CaptureFile(name, format.Name, result.Rows, result.SkippedLines, FileUse.Used));
        }

        return builder.Build();
    }

    private static IFormat? Recognize(TextSection section)
    {
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            foreach (IFormat format in FormatRegistry.All)
            {
                if (format.Fit(lines.Line) >= LineFit.Row)
                {
                    return format;
                }
            }
        }

        return null;
    }
}
