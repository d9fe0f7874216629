using System.Collections.Immutable;

namespace Leakstat.Tracing;

/// <summary>A stack of kernel frames, innermost first.</summary>
/// <param name="Frames">The frames.</param>
public sealed record StackFrames(ImmutableArray<TraceFrame> Frames)
{
    /// <summary>No frames.</summary>
    public static StackFrames Empty { get; } = new(ImmutableArray<TraceFrame>.Empty);

    /// <summary>Index of the first frame that does not merely allocate; 0 where all do.</summary>
    public int SiteIndex
    {
        get
        {
            for (int i = 0; i < Frames.Length; i++)
            {
                if (!AllocatorFrames.Contains(Frames[i]))
                {
                    return i;
                }
            }

            return 0;
        }
    }

    /// <summary>
    /// The first frame that does not merely allocate: where the memory is asked for. Null without frames.
    /// </summary>
    public TraceFrame? Site => Frames.IsEmpty ? null : Frames[SiteIndex];

    /// <summary>The stack without the frames in front that merely allocate.</summary>
    public ImmutableArray<TraceFrame> Folded => Frames.IsEmpty ? Frames : Frames[SiteIndex..];

    /// <inheritdoc/>
    public bool Equals(StackFrames? other) => other is not null && Frames.AsSpan().SequenceEqual(other.Frames.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (TraceFrame frame in Frames)
        {
            hash.Add(frame);
        }

        return hash.ToHashCode();
    }
}

/// <summary>A frame as DTrace prints it: <c>zfs.ko`abd_alloc+0x1f</c>.</summary>
/// <param name="Module"><c>kernel</c> or the module's file; empty where unknown.</param>
/// <param name="Function">
/// Function; the address in hex where it has no name (a static function of a stripped module).
/// </param>
/// <param name="Offset">Bytes into the function; null where none is printed.</param>
public sealed record TraceFrame(string Module, string Function, long? Offset)
{
    /// <summary>Module and function, without the offset.</summary>
    public string Name => Module.Length == 0 ? Function : $"{Module}`{Function}";

    /// <summary>As DTrace prints it.</summary>
    public override string ToString() => Offset is { } offset ? $"{Name}+0x{offset:x}" : Name;

    /// <summary>Reads a frame.</summary>
    public static TraceFrame Parse(string text)
    {
        int tick = text.IndexOf('`', StringComparison.Ordinal);
        string module = tick < 0 ? "" : text[..tick];
        string function = tick < 0 ? text : text[(tick + 1)..];
        int plus = function.LastIndexOf("+0x", StringComparison.Ordinal);
        return plus > 0 && long.TryParse(
                function.AsSpan(plus + 3), System.Globalization.NumberStyles.AllowHexSpecifier,
                System.Globalization.CultureInfo.InvariantCulture, out long offset)
            ? new TraceFrame(module, function[..plus], offset)
            : new TraceFrame(module, function, null);
    }
}
