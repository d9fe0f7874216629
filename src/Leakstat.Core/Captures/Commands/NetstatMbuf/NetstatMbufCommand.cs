using Leakstat.Captures.Libxo;
using Leakstat.Captures.Secrets;
using Leakstat.Knowledge;

namespace Leakstat.Captures.Commands.NetstatMbuf;

/// <summary><c>netstat -m</c>: mbufs and clusters.</summary>
internal static class NetstatMbufCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new NetstatMbufText(),
        Libxo = new LibxoForm(
            "netstat-m", "netstat -m", "mbuf-statistics", null, static (capture, file) => new MbufValues(
                capture, file)),
        RepeatStartsCapture = true,
        HoldsCounters = true,
        Scrub = PlainScrub.Make,
        Need = new CommandNeed(
            "netstat -m",
            static capture => capture.Mbufs is null && capture.Zones?.Find(KnownNames.Cluster) is null,
            "mbufs and clusters"),
    };
}
