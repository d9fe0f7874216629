using Leakstat.Model;
using Leakstat.Parsing.Text;

namespace Leakstat.Parsing.Sources;

/// <summary>Reads one capture from files that are already in memory.</summary>
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
        var folder = new MemorySource(source, [.. files.Select(file => new MemorySource(file.Name, file.Content))]);
        var context = new ReadContext(names, limits, Zstd: null);
        var planned = new PlannedCapture { Container = new FolderContainer(folder, source), Source = source, Parent = "" };
        return planned.Container.Read([planned], context).Single().Capture;
    }
}
