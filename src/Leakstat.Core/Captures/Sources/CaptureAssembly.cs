using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>Reads one capture from files that are already in memory.</summary>
public static class CaptureAssembly
{
    /// <summary>Reads files by content into one capture.</summary>
    /// <param name="source">The capture's source, as given by the user.</param>
    /// <param name="files">Name within the capture, and content.</param>
    /// <param name="names">Pool for names.</param>
    /// <param name="limits">Bounds.</param>
    public static Capture Read(
        string source, IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> files, NamePool names,
            ReadLimits limits)
    {
        var folder = new MemorySource(source, [.. files.Select(file => new MemorySource(file.Name, file.Content))]);
        var context = new ReadContext(names, limits, Zstd: null);
        var planned = new PlannedCapture
        {
            Container = new FolderContainer(folder, source),
            Source = source,
            Parent = "",
        };
        return planned.Container.Read([planned], context).Single().Capture;
    }

    /// <summary>
    /// Reads a capture again from the outputs that it was read from. A format that this program does not have any more
    /// is left out.
    /// </summary>
    /// <param name="head">Source, time, host name, files and problems as they were.</param>
    /// <param name="texts">The outputs, in the order they were read.</param>
    /// <param name="names">Pool for names.</param>
    /// <param name="limits">Bounds.</param>
    public static Capture ReadAgain(Capture head, IReadOnlyList<CaptureText> texts, NamePool names, ReadLimits limits)
    {
        var builder = new CaptureBuilder(head.Source, names, limits)
        {
            TakenAt = head.TakenAt,
            HostName = head.Host.Name,
            IsHostNamed = head.Host.OtherName is null,
            IsCrashSummary = head.IsCrashSummary,
        };
        foreach (CaptureText text in texts)
        {
            if (CommandRegistry.Formats.FirstOrDefault(f => f.Name == text.Format) is { } format)
            {
                var section = new TextSection(
                    text.File, text.Bytes, text.FirstLine, text.LineNumbers.IsEmpty
                        ? null
                        : [.. text.LineNumbers], text.IsCut);
                FormatResult result = format.Read(section, builder);
                builder.AddFile(
                    new CaptureFile(
                        text.File.Path, format.Name, result.Rows, result.SkippedLines, FileUse.Used), text.File);
            }
        }

        return builder.Build() with
        {
            ContentMark = head.ContentMark,
            Files = head.Files,
            Diagnostics = head.Diagnostics,
            Texts = [.. texts],
        };
    }
}
