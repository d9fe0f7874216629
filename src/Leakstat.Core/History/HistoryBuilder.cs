using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>Turns captures, one after another in time order, into series. Keeps numbers only, not captures.</summary>
public sealed class HistoryBuilder
{
    private readonly ImmutableArray<Sample>.Builder _samples = ImmutableArray.CreateBuilder<Sample>();

    /// <summary>Adds a capture and its ledger.</summary>
    public void Add(Capture capture, Ledger ledger)
    {
        _samples.Add(new Sample(capture.Source, capture.TakenAt, capture.Host.BootedAt, capture.Host.UptimeSeconds, 0));
    }

    /// <summary>The history so far.</summary>
    public HostHistory Build() => new(_samples.ToImmutable(), [], []);
}
