using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.Measures;

/// <summary>What leakstat and the simple rules made of one host.</summary>
internal sealed record HostOutcome
{
    public required string Family { get; init; }

    public required int Number { get; init; }

    public required HostTruth Truth { get; init; }

    public double Weeks { get; init; }

    /// <summary>
    /// Highest score of a right name by method, leakstat first: its confidence in a finding, or the probability of a
    /// series that it calls rising; the simple rules' own, of which 1 is the bar. 0 where it says nothing.
    /// </summary>
    public required double[] Right { get; init; }

    /// <summary>Highest score of a wrong name by method.</summary>
    public required double[] Wrong { get; init; }

    /// <summary>Place of the first right name among the findings, from 1; 0 where there is none.</summary>
    public int Place { get; init; }

    /// <summary>Whether a right name was called a leak.</summary>
    public bool IsProven { get; init; }

    /// <summary>Wrong names called a leak, at the end.</summary>
    public int FalseLeaks { get; init; }

    /// <summary>Wrong names called suspect, at the end.</summary>
    public int FalseSuspects { get; init; }

    /// <summary>Wrong names ever called a leak, over all looks.</summary>
    public int FalseLeaksEver { get; init; }

    /// <summary>Looks taken.</summary>
    public int Looks { get; init; }

    /// <summary>Confidence of each finding, and whether it was right.</summary>
    public (double Confidence, bool IsRight)[] Said { get; init; } = [];

    /// <summary>
    /// Whether the true time of exhaustion lies in the interval; null where none was given or none is known.
    /// </summary>
    public bool? IsInside { get; init; }

    /// <summary>
    /// Time to list it over the earliest possible; infinite where it was not, NaN where it was not asked for.
    /// </summary>
    public double Lateness { get; init; } = double.NaN;

    /// <summary>What was named wrongly, for a person who asks why.</summary>
    public string[] WrongNames { get; init; } = [];

    public bool IsListed => Place > 0;
}
