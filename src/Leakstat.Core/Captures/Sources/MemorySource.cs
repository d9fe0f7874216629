using System.Text;

namespace Leakstat.Captures.Sources;

/// <summary>A file or folder held in memory: standard input, what was collected just now.</summary>
public sealed class MemorySource : ISourceNode
{
    private readonly ReadOnlyMemory<byte> _content;
    private readonly IReadOnlyList<ISourceNode> _children;

    /// <summary>A file.</summary>
    public MemorySource(string name, ReadOnlyMemory<byte> content)
    {
        Name = name;
        _content = content;
        _children = [];
    }

    /// <summary>A file with text in UTF-8.</summary>
    public MemorySource(string name, string text)
        : this(name, Encoding.UTF8.GetBytes(text))
    {
    }

    /// <summary>A folder.</summary>
    public MemorySource(string name, IReadOnlyList<ISourceNode> children)
    {
        Name = name;
        IsFolder = true;
        _children = children;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsFolder { get; }

    /// <inheritdoc/>
    public string? Refusal => null;

    /// <inheritdoc/>
    public IEnumerable<ISourceNode> Children() => _children;

    /// <inheritdoc/>
    public Stream Open() =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(_content, out ArraySegment<byte> segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(_content.ToArray(), writable: false);
}
