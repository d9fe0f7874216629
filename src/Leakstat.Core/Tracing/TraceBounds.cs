namespace Leakstat.Tracing;

/// <summary>
/// What a trace may cost and what it leaves out. All of it is built into the program, which stops by itself.
/// </summary>
public sealed record TraceBounds
{
    /// <summary>Seconds in which allocations are recorded.</summary>
    public int Seconds { get; init; } = 20;

    /// <summary>
    /// Seconds after that in which only releases are recorded. Whatever is outstanding at the end is at least this old.
    /// </summary>
    public int MinimumAge { get; init; } = 10;

    /// <summary>Least size in bytes that is recorded; 0 records every size. Items of one zone have one size.</summary>
    public long MinimumBytes { get; init; }

    /// <summary>
    /// One address in so many is followed, chosen by a hash so that its release is followed too; 1 follows all.
    /// </summary>
    public int Sample { get; init; } = 1;

    /// <summary>Events per second at which the program stops.</summary>
    public int EventsPerSecond { get; init; } = 20_000;

    /// <summary>Frames of a stack.</summary>
    public int Frames { get; init; } = 24;

    /// <summary>The first bound that is out of its range, in words; null where all are right.</summary>
    public string? Wrong() => this switch
    {
        { Seconds: < 1 or > 86_400 } => "the duration has to be 1 second to 1 day",
        { MinimumAge: < 0 or > 86_400 } => "the minimum age has to be 0 seconds to 1 day",
        { MinimumBytes: < 0 } => "the minimum size cannot be negative",
        { Sample: < 1 or > 1_000_000 } => "the sample has to be one in 1 to 1,000,000",
        { EventsPerSecond: < 1 or > 10_000_000 } => "the rate has to be 1 to 10,000,000 events per second",
        { Frames: < 1 or > 100 } => "the stack has to have 1 to 100 frames",
        _ => null,
    };
}
