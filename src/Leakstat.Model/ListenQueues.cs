using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>A listening socket as <c>netstat -L</c> prints it.</summary>
/// <param name="Address">
/// Local address and port (<c>*.80</c>), or the path of a UNIX socket; empty where not printed.
/// </param>
/// <param name="Waiting">Connections that are whole and wait for accept(2) (<c>qlen</c>).</param>
/// <param name="Backlog">What the program asked for in listen(2) (<c>maxqlen</c>).</param>
/// <param name="At">File and line.</param>
public readonly record struct ListeningSocket(
    string Address, long Waiting, long Backlog, SourceLine At);

/// <summary>The queues of listening sockets, and how often they overflowed.</summary>
/// <param name="File">The file.</param>
/// <param name="Queues">Sockets in the order printed.</param>
public sealed record ListenQueues(SourceFile File, ImmutableArray<ListeningSocket> Queues)
{
    /// <summary>Connections refused since boot (<c>netstat -s</c>, <c>listen queue overflows</c>).</summary>
    public Reading? Overflows { get; init; }

    /// <summary>
    /// These and those of a later output in the same text, which count where both have an address; what has none may be
    /// any socket.
    /// </summary>
    public ListenQueues With(ListenQueues later)
    {
        HashSet<string> again = [.. later.Queues.Select(q => q.Address).Where(address => address.Length > 0)];
        return this with
        {
            Queues = [.. Queues.Where(q => !again.Contains(q.Address)), .. later.Queues],
            Overflows = later.Overflows ?? Overflows,
        };
    }
}
