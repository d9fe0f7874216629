using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>A folder with one file per command: one capture.</summary>
/// <param name="folder">The folder.</param>
/// <param name="path">Its name as printed.</param>
/// <param name="without">Files in it that are captures of their own.</param>
internal sealed class FolderContainer(
    ISourceNode folder, string path, IReadOnlySet<string>? without = null) : CaptureContainer
{
    /// <inheritdoc/>
    public override IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context)
    {
        foreach (PlannedCapture planned in wanted)
        {
            using var reader = new CaptureReader(planned.Source, context) { Builder = { TakenAt = planned.TakenAt } };
            foreach (ISourceNode file in SourceWalk.ChildrenOf(folder, out _).Where(child => !child.IsFolder))
            {
                if (without?.Contains(file.Name) == true)
                {
                    continue;
                }

                var name = new SourceFile($"{path}/{file.Name}");
                if (!reader.Accepts(name))
                {
                    break;
                }

                reader.Add(file.Name, name, FileLoader.Load(file, context.Limits.FileBytes, context));
            }

            yield return reader.Finish();
        }
    }
}
