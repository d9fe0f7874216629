namespace Leakstat.Captures.Libxo;

/// <summary>One command whose libxo output is known, and the keys that tell it.</summary>
/// <param name="Name">First part of the format's name: <c>vmstat-z</c>.</param>
/// <param name="Command">The command: <c>vmstat -z</c>.</param>
/// <param name="TopKey">Outermost key.</param>
/// <param name="Containers">First keys within it, one of which must stand there; empty where any will do.</param>
/// <param name="IsUsed">Whether its numbers are used.</param>
internal sealed record LibxoKind(string Name, string Command, byte[] TopKey, byte[][] Containers, bool IsUsed = true)
{
    /// <summary>Every command known.</summary>
    public static IReadOnlyList<LibxoKind> All { get; } =
    [
        new("vmstat-z", "vmstat -z", "vmstat"u8.ToArray(), ["memory-zone-statistics"u8.ToArray()]),
        new("vmstat-m", "vmstat -m", "vmstat"u8.ToArray(), ["malloc-statistics"u8.ToArray()]),
        new("vmstat-s", "vmstat -s", "vmstat"u8.ToArray(), ["summary-statistics"u8.ToArray()]),
        new("netstat-m", "netstat -m", "mbuf-statistics"u8.ToArray(), []),
        new("ps", "ps", "process-information"u8.ToArray(), []),
        new("uptime", "uptime", "uptime-information"u8.ToArray(), []),
        new("vmstat", "vmstat", "vmstat"u8.ToArray(), [], IsUsed: false),
        new("netstat", "netstat", "statistics"u8.ToArray(), [], IsUsed: false),
    ];

    /// <summary>Whether this kind is the first of <see cref="All"/> that has these keys.</summary>
    public bool Is(DocumentHead head)
    {
        foreach (LibxoKind kind in All)
        {
            if (kind.HasKeys(head))
            {
                return ReferenceEquals(kind, this);
            }
        }

        return false;
    }

    private bool HasKeys(DocumentHead head)
    {
        if (!head.Command.SequenceEqual(TopKey))
        {
            return false;
        }

        foreach (byte[] container in Containers)
        {
            if (head.Container.SequenceEqual(container))
            {
                return true;
            }
        }

        return Containers.Length == 0;
    }
}
