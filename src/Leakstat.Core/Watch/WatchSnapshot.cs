using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Watch;

/// <summary>Everything that a watch shows at one moment. Does not change any more.</summary>
public sealed record WatchSnapshot
{
    /// <summary>The latest capture.</summary>
    public required Capture Latest { get; init; }

    /// <summary>Its ledger.</summary>
    public required Ledger Ledger { get; init; }

    /// <summary>All rows, in no order.</summary>
    public required ImmutableArray<WatchRow> Rows { get; init; }

    /// <summary>Who may own a row.</summary>
    public required WatchOwners Owners { get; init; }

    /// <summary>Captures seen since the start of the watch.</summary>
    public required int Samples { get; init; }

    /// <summary>Time that changes count from: start of the watch, boot or mark; null where unknown.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What happened then.</summary>
    public WatchStart Start { get; init; }

    /// <summary>Change of what nobody owns, bytes; null where it was not known then, or is not now.</summary>
    public long? UnaccountedChange { get; init; }

    /// <summary>The latest diagnosis; null before the first.</summary>
    public DiagnosisReport? Report { get; init; }

    /// <summary>Outputs that earlier captures had and the latest lacks.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>What happened on the host while it was watched, the latest last.</summary>
    public ImmutableArray<WatchEvent> Events { get; init; } = [];

    /// <summary>Findings that call for something, the one to look at first first.</summary>
    public IEnumerable<Finding> Findings => Report?.Findings.Where(f => f.Verdict != Verdict.Healthy) ?? [];

    /// <summary>The row of a subject; null where there is none.</summary>
    public WatchRow? Find(Subject subject) => Rows.FirstOrDefault(r => r.Subject == subject);
}

/// <summary>What changes count from.</summary>
public enum WatchStart
{
    /// <summary>The first capture of the watch.</summary>
    Watch,

    /// <summary>The first capture after a reboot.</summary>
    Boot,

    /// <summary>A mark.</summary>
    Mark,
}

/// <summary>Something that happened on the host.</summary>
/// <param name="At">Time of the capture that shows it.</param>
/// <param name="Kind">As in a history: <c>boot</c>, <c>module loaded</c>, <c>tunable</c>, …</param>
/// <param name="Text">What.</param>
public sealed record WatchEvent(DateTimeOffset? At, string Kind, string Text);
