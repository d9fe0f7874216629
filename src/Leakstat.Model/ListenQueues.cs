using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>A listening socket as <c>netstat -L</c> prints it.</summary>
/// <param name="Address">
/// Local address and port (<c>*.80</c>), or the path of a UNIX socket; empty where not printed.
/// </param>
/// <param name="Waiting">Connections that are whole and wait for accept(2) (<c>qlen</c>).</param>
/// <param name="Incomplete">Connections that are not whole yet (<c>incqlen</c>).</param>
/// <param name="Backlog">What the program asked for in listen(2) (<c>maxqlen</c>).</param>
/// <param name="At">File and line.</param>
public readonly record struct ListeningSocket(
    string Address, long Waiting, long Incomplete, long Backlog, SourceLine At);

/// <summary>The queues of listening sockets, and how often they overflowed.</summary>
/// <param name="File">The file.</param>
/// <param name="Queues">Sockets in the order printed; each address once, the last one printed.</param>
public sealed record ListenQueues(SourceFile File, ImmutableArray<ListeningSocket> Queues)
{
    /// <summary>Connections refused since boot (<c>netstat -s</c>, <c>listen queue overflows</c>).</summary>
    public Reading? Overflows { get; init; }

    /// <summary>These and those of a later output in the same text, which count where both have a socket.</summary>
    public ListenQueues With(ListenQueues later) => this with
    {
        Queues = [.. Queues.Where(q => !later.Queues.Any(l => l.Address == q.Address)), .. later.Queues],
        Overflows = later.Overflows ?? Overflows,
    };
}
