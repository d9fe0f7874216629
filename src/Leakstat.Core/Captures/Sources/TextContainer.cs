using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>A text that was given by itself: one command's output or a transcript.</summary>
/// <param name="file">The file.</param>
/// <param name="path">Its name as printed.</param>
/// <param name="look">
/// What was taken apart when it was found; kept where it is small, so that it need not be done again.
/// </param>
internal sealed class TextContainer(ISourceNode file, string path, TextLook look) : CaptureContainer
{
    private readonly TextLook? _look = look.Text.Text.Length <= MostKept ? look : null;

    private const int MostKept = 4 << 20;

    /// <inheritdoc/>
    public override IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context)
    {
        // Taken apart once, however many captures are in it.
        var name = new SourceFile(path);
        (LoadProblem problem, Transcript text) = _look ?? Look(file, name, context);
        foreach (PlannedCapture planned in wanted)
        {
            // The file may have become shorter since it was looked at first.
            if (planned.Member >= text.Captures.Count)
            {
                yield break;
            }

            using var reader = new CaptureReader(planned.Source, context) { Builder = { TakenAt = planned.TakenAt } };
            reader.AddPart(path[(path.LastIndexOf('/') + 1)..], name, problem, text, planned.Member);
            yield return reader.Finish();
        }
    }

    private static TextLook Look(ISourceNode file, SourceFile name, ReadContext context)
    {
        FileContent loaded = FileLoader.Load(file, context.Limits.FileBytes, context);
        return new TextLook(
            loaded.Problem, Transcript.Read(name, loaded.Bytes, loaded.Problem != LoadProblem.None, context.Limits));
    }
}

/// <summary>A text taken apart.</summary>
/// <param name="Problem">What went wrong when it was loaded.</param>
/// <param name="Text">The text.</param>
internal sealed record TextLook(LoadProblem Problem, Transcript Text);
