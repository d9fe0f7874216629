using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Network;

/// <summary>
/// How many mbufs or clusters sockets and the receive rings of network interfaces can account for, on the high side: a
/// holder is suspected only beyond what generous assumptions explain.
/// </summary>
internal sealed record MbufDemand
{
    /// <summary>Bytes that a socket is granted on average over all sockets; far above what real hosts show.</summary>
    public const long BytesPerSocket = 1 << 20;

    /// <summary>Descriptors granted to a receive queue whose ring size the capture does not say.</summary>
    public const long DescriptorsPerQueue = 4096;

    /// <summary>How much more than explained must be in use before a holder is suspected.</summary>
    public const double Excess = 2;

    /// <summary>Open sockets, where the capture tells.</summary>
    public Reading? Sockets { get; init; }

    /// <summary>Receive queues that the capture shows; 0 where it shows none.</summary>
    public int Queues { get; init; }

    /// <summary>Buffers that receive rings may hold.</summary>
    public long RingItems { get; init; }

    /// <summary>Where a receive queue was seen.</summary>
    public SourceLine? QueuesAt { get; init; }

    /// <summary>What the capture lets us assume.</summary>
    public static MbufDemand Of(DiagnosisCase context)
    {
        SysctlTable sysctls = context.Latest.Sysctls;
        (HashSet<string> queues, SourceLine? at) = ReceiveQueues(sysctls);
        long cpus = Math.Clamp(context.Sysctl("kern.smp.cpus", "hw.ncpu")?.Value ?? 8, 1, 1024);
        return new MbufDemand
        {
            Sockets = OpenSockets(context),
            Queues = queues.Count,
            QueuesAt = at,

            // Without any queue in sight: two interfaces, each with a queue of 2,048 descriptors for each CPU.
            RingItems = queues.Count > 0
                ? Arithmetic.Multiply(queues.Count, DescriptorsPerQueue)
                : cpus * 2 * 2048,
        };
    }

    /// <summary>Items that sockets and rings explain; null where the number of sockets is not known.</summary>
    public long? Explains(MbufPoolUse pool) => Sockets is { } sockets
        ? Arithmetic.Add(
            RingItems,
            Arithmetic.Multiply(Math.Max(sockets.Value, 0), Math.Max(BytesPerSocket / Math.Max(pool.ItemBytes, 1), 1)))
        : null;

    /// <summary>Whether far more is in use than sockets and rings explain; null where that cannot be told.</summary>
    public bool? IsHeldByOthers(MbufPoolUse pool) => Explains(pool) is { } explained
        ? pool.InUse.Value > explained * Excess
        : null;

    /// <summary>The assumption about rings, for evidence.</summary>
    public Evidence RingEvidence => Queues > 0
        ? new Evidence(
            $"{Display.Count(Queues)} receive queue{(Queues == 1 ? "" : "s")} of network interfaces seen; "
            + $"{Display.Count(DescriptorsPerQueue)} buffers granted to each",
            RingItems, Unit.Items, QueuesAt)
        : new Evidence(
            $"no receive queue of a network interface in the capture; {Display.Count(RingItems)} buffers granted to "
                + "rings",
            RingItems);

    private static Reading? OpenSockets(DiagnosisCase context)
    {
        if (context.Sysctl("kern.ipc.numopensockets") is { } open)
        {
            return open;
        }

        return context.Latest.Zones is { } zones
            && (zones.Find(KnownNames.Socket) ?? zones.Find(KnownNames.TcpConnection)) is { } row
            ? new Reading(Math.Max(row.Used, 0), zones.At(row))
            : null;
    }

    /// <summary>
    /// Receive queues by the sysctls that drivers make for them: <c>dev.vtnet.0.rxq0.…</c>,
    /// <c>dev.igb.0.iflib.rxq0.…</c>, <c>dev.ix.0.queue0.…</c>, <c>dev.cxl.0.rxq.0.…</c>.
    /// </summary>
    private static (HashSet<string> Queues, SourceLine? At) ReceiveQueues(SysctlTable sysctls)
    {
        HashSet<string> queues = [];
        SourceLine? at = null;
        foreach (string name in sysctls.Names)
        {
            if (!name.StartsWith("dev.", StringComparison.Ordinal) || QueuePrefix(name) is not { } queue)
            {
                continue;
            }

            queues.Add(queue);
            if (sysctls.TryLocate(name, out SourceLine? line) && (at is null || line.Value.Line < at.Value.Line))
            {
                at = line;
            }
        }

        return (queues, at);
    }

    private static string? QueuePrefix(string name)
    {
        string[] parts = name.Split('.', 8);
        for (int i = 3; i < parts.Length - 1; i++)
        {
            if (IsNumbered(parts[i], "rxq") || IsNumbered(parts[i], "queue") || IsNumbered(parts[i], "queue_rx_")
                || IsNumbered(parts[i], "rx_queue") || IsNumbered(parts[i], "rx_ring") || IsNumbered(parts[i], "rx"))
            {
                return string.Join('.', parts.Take(i + 1));
            }

            if (parts[i] is "rxq" or "rx" && int.TryParse(parts[i + 1], out _))
            {
                return string.Join('.', parts.Take(i + 2));
            }
        }

        return null;
    }

    private static bool IsNumbered(string part, string word) =>
        part.Length > word.Length && part.Length <= word.Length + 4 && part.StartsWith(word, StringComparison.Ordinal)
        && part.AsSpan(word.Length).IndexOfAnyExceptInRange('0', '9') < 0;
}
