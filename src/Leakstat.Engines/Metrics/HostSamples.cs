using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Metrics;

/// <summary>
/// What is known of one host, to be told as metrics: a history, or one capture as a history of one sample.
/// </summary>
/// <param name="Host">The host's name; never empty.</param>
/// <param name="Facts">What places each sample on the time line, as many as the history has samples.</param>
/// <param name="History">The history.</param>
/// <param name="Latest">The latest capture; null where it was not kept.</param>
public sealed record HostSamples(string Host, ImmutableArray<SampleFacts> Facts, HostHistory History, Capture? Latest)
{
    /// <summary>One capture, as it was taken.</summary>
    /// <param name="host">The host's name.</param>
    /// <param name="capture">The capture.</param>
    /// <param name="ledger">Its ledger.</param>
    public static HostSamples Of(string host, Capture capture, Ledger ledger)
    {
        var history = new HistoryBuilder();
        history.Add(capture, ledger);
        return new HostSamples(host, [SampleFacts.Of(capture)], history.Build(), capture);
    }
}
