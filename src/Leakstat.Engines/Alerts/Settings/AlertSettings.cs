using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Engines.Alerts.Settings;

/// <summary>How alerts are told, as the user set it. Immutable.</summary>
public sealed record AlertSettings
{
    /// <summary>The file that keeps their state.</summary>
    public required string State { get; init; }

    /// <summary>Causes that matter less are no alerts.</summary>
    public Severity Least { get; init; } = Severity.Warning;

    /// <summary>A host that is in no run for so long holds no alert any more.</summary>
    public TimeSpan Unseen { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Whom to tell.</summary>
    public ImmutableArray<IAlertReceiver> Receivers { get; init; } = [];

    /// <summary>Silences.</summary>
    public ImmutableArray<Silence> Silences { get; init; } = [];
}
