namespace Leakstat.Captures.Sources;

/// <summary>
/// A file or folder to read captures from, wherever it lies. Its members may throw <see cref="IOException"/> and
/// <see cref="UnauthorizedAccessException"/>; whoever calls them reports that and goes on.
/// </summary>
public interface ISourceNode
{
    /// <summary>The last part of its path; of a source that a person named, the whole path as named.</summary>
    string Name { get; }

    /// <summary>Whether it holds other nodes.</summary>
    bool IsFolder { get; }

    /// <summary>
    /// Why it is not to be read: a socket, a link that leads round in a circle. Null for what can be read.
    /// </summary>
    string? Refusal { get; }

    /// <summary>What the folder holds, in any order.</summary>
    IEnumerable<ISourceNode> Children();

    /// <summary>The file's bytes, from the start.</summary>
    Stream Open();
}
