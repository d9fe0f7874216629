using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>A capture that is at hand already, as a source among others: a crash dump that was read.</summary>
/// <param name="capture">The capture.</param>
public sealed class CaptureSource(Capture capture) : ISourceNode
{
    /// <summary>The capture.</summary>
    public Capture Capture { get; } = capture;

    /// <inheritdoc/>
    public string Name => Capture.Source;

    /// <inheritdoc/>
    public bool IsFolder => false;

    /// <inheritdoc/>
    public string? Refusal => null;

    /// <inheritdoc/>
    public IEnumerable<ISourceNode> Children() => [];

    /// <inheritdoc/>
    public Stream Open() => throw new IOException("it has been read already");
}

/// <summary>Reads crash dumps among the files of folders.</summary>
public interface IDumpReader
{
    /// <summary>Whether a file is a crash dump, by its name.</summary>
    bool IsDump(ISourceNode file);

    /// <summary>Reads it; null with the problem where that cannot be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its name as printed.</param>
    /// <param name="problem">Why it could not be read.</param>
    Capture? Read(ISourceNode file, string path, out string? problem);
}

/// <summary>A capture that is at hand already.</summary>
internal sealed class ReadyContainer(Capture capture) : CaptureContainer
{
    /// <inheritdoc/>
    public override IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context) =>
        wanted.Select(_ => new ReadCapture(capture, capture.ContentMark ?? capture.Source));
}
