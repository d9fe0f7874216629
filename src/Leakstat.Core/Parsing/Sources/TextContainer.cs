using Leakstat.Model;

namespace Leakstat.Parsing.Sources;

/// <summary>A text that was given by itself: one command's output or a transcript.</summary>
internal sealed class TextContainer(ISourceNode file, string path) : CaptureContainer
{
    /// <inheritdoc/>
    public override IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context)
    {
        LoadedFile loaded = FileLoader.Load(file, context.Limits.FileBytes, context);
        foreach (PlannedCapture planned in wanted)
        {
            using var reader = new CaptureReader(planned.Source, context) { Builder = { TakenAt = planned.TakenAt } };
            string name = path[(path.LastIndexOf('/') + 1)..];
            reader.Add(name, new SourceFile(path), loaded, planned.Member);
            yield return reader.Finish();
        }
    }
}
