using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// All that a capture tells of connections that were refused because a program did not accept those before them.
/// </summary>
internal sealed class ListenQueueOverflows
{
    private ListenQueueOverflows(
        ImmutableArray<(QueueOverflow First, long Refused, SourceLine At)> sockets,
        ImmutableArray<ListeningSocket> full,
        MessageGroup? failed,
        Reading? counted)
    {
        Sockets = sockets;
        Full = full;
        Failed = failed;
        Counted = counted;
    }

    /// <summary>
    /// The sockets that the kernel named: the first message of each, and the connections that all say were refused.
    /// </summary>
    public ImmutableArray<(QueueOverflow First, long Refused, SourceLine At)> Sockets { get; }

    /// <summary>Queues with as many connections as the program's backlog, or more, the fullest first.</summary>
    public ImmutableArray<ListeningSocket> Full { get; }

    /// <summary>
    /// Connections that got no socket when they were whole (<c>syncache_socket</c>, <c>sys/netinet/tcp_syncache.c</c>;
    /// said with <c>net.inet.tcp.log_debug</c>): the queue was full, or there were no more sockets.
    /// </summary>
    public MessageGroup? Failed { get; }

    /// <summary>Connections refused since boot, as <c>netstat -s</c> counts them.</summary>
    public Reading? Counted { get; }

    /// <summary>Reads them; null where there are none.</summary>
    public static ListenQueueOverflows? Of(DiagnosisCase context)
    {
        ImmutableArray<(QueueOverflow, long, SourceLine)> sockets = Named(context);
        ListenQueues? queues = context.Latest.Table<ListenQueues>();
        ImmutableArray<ListeningSocket> full =
        [
            .. (queues?.Queues ?? []).Where(q => q.Backlog > 0 && q.Waiting >= q.Backlog)
                .OrderByDescending(q => q.Waiting),
        ];
        ImmutableArray<(string, MessageGroup Group)> failed = MessageGroup.By(
            context, text => IsFailed(text) ? "failed" : null);
        return sockets.IsEmpty && full.IsEmpty && failed.IsEmpty && queues?.Overflows is null
            ? null
            : new ListenQueueOverflows(sockets, full, failed.IsEmpty ? null : failed[0].Group, queues?.Overflows);
    }

    private static bool IsFailed(string text) =>
        text.Contains("Socket create failed due to limits or memory shortage", StringComparison.Ordinal)
        || text.Contains("Listen socket: Socket allocation failed", StringComparison.Ordinal);

    private static ImmutableArray<(QueueOverflow First, long Refused, SourceLine At)> Named(DiagnosisCase context)
    {
        var sockets = new List<(QueueOverflow First, long Refused, SourceLine At)>();
        var places = new Dictionary<string, int>();
        foreach (KernelMessage message in CurrentBoot.Of(context))
        {
            if (QueueOverflow.Of(message.Text) is not { } seen)
            {
                continue;
            }

            // What syslogd says was repeated is the same line, with the same number in it.
            long refused = Arithmetic.Multiply(seen.Refused ?? 1, 1L + message.Repeated);
            if (places.TryAdd(seen.Socket, sockets.Count))
            {
                sockets.Add((seen, refused, CurrentBoot.At(context, message)));
            }
            else
            {
                int known = places[seen.Socket];
                sockets[known] = sockets[known] with
                {
                    Refused = Arithmetic.Add(sockets[known].Refused, refused),
                };
            }
        }

        return [.. sockets];
    }
}
