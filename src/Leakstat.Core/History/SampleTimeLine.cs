using System.Collections.Immutable;

namespace Leakstat.History;

/// <summary>Samples, boots and events, from the facts of captures in time order.</summary>
public sealed class SampleTimeLine
{
    private readonly ImmutableArray<Sample>.Builder _samples = ImmutableArray.CreateBuilder<Sample>();
    private readonly ImmutableArray<HistoryEvent>.Builder _events = ImmutableArray.CreateBuilder<HistoryEvent>();
    private readonly BootDetection _boots = new();
    private SampleFacts? _previous;

    /// <summary>Number of the boot that the latest sample belongs to.</summary>
    public int Boot => _boots.Boot;

    /// <summary>Number of samples.</summary>
    public int Count => _samples.Count;

    /// <summary>Samples so far.</summary>
    public ImmutableArray<Sample> Samples => _samples.ToImmutable();

    /// <summary>Events so far.</summary>
    public ImmutableArray<HistoryEvent> Events => _events.ToImmutable();

    /// <summary>Adds the next capture; gives its index.</summary>
    public int Add(SampleFacts facts)
    {
        int sample = _samples.Count;
        if (_boots.IsReboot(facts))
        {
            _events.Add(new HistoryEvent(sample, "boot", "the host was rebooted", null));
        }

        _samples.Add(new Sample(facts.Source, facts.TakenAt, facts.BootedAt, facts.UptimeSeconds, _boots.Boot));
        if (_previous is not null)
        {
            _events.AddRange(CaptureChanges.Between(sample, _previous, facts));
        }

        _previous = facts;
        return sample;
    }

    /// <summary>
    /// Drops every second sample, the first one stays. An event goes to the next sample that is left; another has to be
    /// added before an event of the last one has its sample.
    /// </summary>
    internal void Thin()
    {
        for (int i = 0; i < _samples.Count; i += 2)
        {
            _samples[i / 2] = _samples[i];
        }

        _samples.Count = (_samples.Count + 1) / 2;
        for (int i = 0; i < _events.Count; i++)
        {
            _events[i] = _events[i] with { Sample = (_events[i].Sample + 1) / 2 };
        }
    }
}
