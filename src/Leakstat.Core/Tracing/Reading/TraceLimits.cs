namespace Leakstat.Tracing.Reading;

/// <summary>Bounds on what is kept of a trace; the text itself may be of any length.</summary>
public sealed record TraceLimits
{
    /// <summary>The usual bounds.</summary>
    public static TraceLimits Default { get; } = new();

    /// <summary>Longest line in bytes; longer ones are skipped.</summary>
    public int LineBytes { get; init; } = 16 << 10;

    /// <summary>Longest stack, in bytes of text.</summary>
    public int StackBytes { get; init; } = 64 << 10;

    /// <summary>Different stacks.</summary>
    public int Stacks { get; init; } = 200_000;

    /// <summary>Addresses that are followed at a time.</summary>
    public int Addresses { get; init; } = 8 << 20;

    /// <summary>Entries of aggregations.</summary>
    public int Entries { get; init; } = 1_000_000;

    /// <summary>Problems that are named one by one.</summary>
    public int Diagnostics { get; init; } = 100;
}
