namespace Leakstat.Dump.Tests.Image;

/// <summary>How busy a running machine is. Shares are of the objects in use at the start.</summary>
public sealed record RunningOptions
{
    public int Seed { get; init; } = 1;

    public FreeBsd Release { get; init; } = FreeBsd.V14;

    /// <summary>arm64 in place of amd64.</summary>
    public bool IsArm { get; init; }

    /// <summary>Objects in use at the start that something points to.</summary>
    public int Objects { get; init; } = 700;

    /// <summary>Objects that nothing points to any more, lost before anything is read.</summary>
    public int Leaks { get; init; } = 60;

    /// <summary>Share of objects that is freed, and of objects that is allocated, while memory is read once.</summary>
    public double Turnover { get; init; } = 0.07;

    /// <summary>Share of live pointers that move while memory is read once.</summary>
    public double Moves { get; init; } = 0.04;

    /// <summary>Share of these moves that go from memory not yet read to memory already read, where there is such a way.</summary>
    public double AwayFromReader { get; init; } = 0.3;

    /// <summary>As much of all that again between two readings.</summary>
    public double Between { get; init; } = 1;
}
