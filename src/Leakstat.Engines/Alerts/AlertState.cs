using System.Collections.Immutable;

namespace Leakstat.Engines.Alerts;

/// <summary>
/// A time in which alerts of a cause are not told. What is active when it ends is told then.
/// </summary>
/// <param name="SubjectKind">Kind of the subject; empty for any.</param>
/// <param name="Subject">The subject.</param>
/// <param name="Until">Until when.</param>
/// <param name="Comment">Why, and who said so.</param>
public sealed record Silence(string SubjectKind, string Subject, DateTimeOffset Until, string Comment)
{
    /// <summary>Whether an alert is not told at a time.</summary>
    public bool Covers(Alert alert, DateTimeOffset now) =>
        now < Until && alert.Subject == Subject && (SubjectKind.Length == 0 || alert.SubjectKind == SubjectKind);
}

/// <summary>Everything that is kept of alerts from one run to the next. Immutable.</summary>
public sealed record AlertState
{
    /// <summary>Nothing yet.</summary>
    public static AlertState Empty { get; } = new();

    /// <summary>Alerts that are active, and those that are resolved and not told to everyone yet.</summary>
    public ImmutableArray<Alert> Alerts { get; init; } = [];

    /// <summary>Silences that somebody set while it runs; those of the configuration are not among them.</summary>
    public ImmutableArray<Silence> Silences { get; init; } = [];

    /// <summary>The same with another state of one alert.</summary>
    public AlertState With(Alert alert) => this with
    {
        Alerts = [.. Alerts.Select(a => a.Id == alert.Id && a.StartsAt == alert.StartsAt ? alert : a)],
    };
}
