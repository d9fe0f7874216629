using Leakstat.Model;

namespace Leakstat.Cli.Commands.Watching;

/// <summary>Where a watch gets its captures from: a spool that grows, a live host.</summary>
internal interface ICaptureFeed : IDisposable
{
    /// <summary>What is watched, as it was named.</summary>
    string Target { get; }

    /// <summary>Begins; what happens is posted from another thread, captures in time order.</summary>
    void Start(Action<FeedEvent> post);
}

/// <summary>Something that a feed has to say.</summary>
internal abstract record FeedEvent;

/// <summary>A capture.</summary>
/// <param name="Capture">The capture.</param>
/// <param name="Files">Its files as they came, to be written to a disk; null where they lie on one.</param>
/// <param name="IsLast">Whether no other is waiting behind it.</param>
internal sealed record CaptureTaken(
    Capture Capture, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)>? Files, bool IsLast) : FeedEvent;

/// <summary>Something goes wrong, and the feed goes on trying.</summary>
/// <param name="Text">What; null when it is over.</param>
internal sealed record FeedTrouble(string? Text) : FeedEvent;

/// <summary>There will be no more.</summary>
/// <param name="ExitCode">Exit code of the command.</param>
/// <param name="Text">Why; null where nothing is wrong.</param>
internal sealed record FeedEnded(int ExitCode, string? Text) : FeedEvent;
