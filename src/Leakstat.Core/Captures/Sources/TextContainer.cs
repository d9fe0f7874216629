using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>A text that was given by itself: one command's output or a transcript.</summary>
internal sealed class TextContainer(ISourceNode file, string path) : CaptureContainer
{
    /// <inheritdoc/>
    public override IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context)
    {
        // Taken apart once, however many captures are in it.
        var name = new SourceFile(path);
        LoadedFile loaded = FileLoader.Load(file, context.Limits.FileBytes, context);
        var text = Transcript.Read(name, loaded.Bytes, loaded.Problem != LoadProblem.None, context.Limits);
        foreach (PlannedCapture planned in wanted)
        {
            // The file may have become shorter since it was looked at first.
            if (planned.Member >= text.Captures.Count)
            {
                yield break;
            }

            using var reader = new CaptureReader(planned.Source, context) { Builder = { TakenAt = planned.TakenAt } };
            reader.AddPart(path[(path.LastIndexOf('/') + 1)..], name, loaded.Problem, text, planned.Member);
            yield return reader.Finish();
        }
    }
}
