using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>A limit that a counter is held against, with no limit on the zone that holds the objects.</summary>
/// <param name="Zone">The zone of the objects.</param>
/// <param name="Objects">What they are called.</param>
/// <param name="Counters">The sysctls that count them, newest first; empty where the zone's USED counts them.</param>
/// <param name="Limit">The sysctl of the limit.</param>
/// <param name="Means">What it means when it is reached, one sentence.</param>
/// <param name="Look">Commands that show whose they are.</param>
/// <param name="IsBytes">Whether counter and limit are bytes.</param>
internal sealed record CountedLimit(
    string Zone,
    string Objects,
    ImmutableArray<string> Counters,
    string Limit,
    string Means,
    ImmutableArray<string> Look,
    bool IsBytes = false)
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<CountedLimit> All { get; } =
    [
        new("Files", "open files", ["kern.openfiles"], "kern.maxfiles",
            "Nothing can be opened any more, by any process.", ["fstat", "procstat -fa", "sysctl kern.openfiles"]),
        new("PROC", "processes", [], "kern.maxproc",
            "No process can be started.", ["ps axo pid,ppid,state,comm", "sysctl kern.maxproc"]),
        new("THREAD", "threads", [], "kern.maxthread",
            "No thread can be started.", ["ps -axH -o pid,comm", "sysctl kern.maxthread"]),
        new("pipe", "address space of pipes", ["kern.ipc.pipekva"], "kern.ipc.maxpipekva",
            "New pipes get the smallest of buffers, or none.", ["fstat", "sysctl kern.ipc.pipekva kern.ipc.maxpipekva"], IsBytes: true),
        new("socket", "sockets", ["kern.ipc.numopensockets"], "kern.ipc.maxsockets",
            "No socket can be made: connections are refused and socket(2) fails with ENOBUFS.", ["sockstat", "netstat -an", "netstat -Lan"]),
    ];

    /// <summary>The number of objects in a case.</summary>
    public Reading? Count(DiagnosisCase host)
    {
        if (host.Sysctl(Counters.AsSpan()) is { } counted)
        {
            return counted;
        }

        return Counters.IsEmpty && host.Latest.Zones is { } zones && zones.Find(Zone) is { } row
            ? new Reading(row.Used, zones.At(row))
            : null;
    }
}
