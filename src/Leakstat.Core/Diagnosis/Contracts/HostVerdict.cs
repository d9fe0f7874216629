using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>
/// What a report as a whole may say of a host. There are four states and no fifth: "healthy" is a claim that needs
/// proof.
/// </summary>
public enum VerdictState
{
    /// <summary>Something is wrong; the findings say what.</summary>
    Wrong,

    /// <summary>Nothing is wrong in what was judged, and that is enough to say so.</summary>
    Fine,

    /// <summary>It cannot be told: something that is needed was missing, cut, not understood or not judged.</summary>
    Unknown,

    /// <summary>The history is too short for its growth to be judged.</summary>
    TooEarly,
}

/// <summary>How far the growth of a host could be judged.</summary>
public enum GrowthSight
{
    /// <summary>There were captures and times enough.</summary>
    Judged,

    /// <summary>One capture, which shows no growth at all.</summary>
    OneCapture,

    /// <summary>Fewer captures than a trend is judged from.</summary>
    TooFewCaptures,

    /// <summary>Captures whose times are not known.</summary>
    NoTimes,
}

/// <summary>The verdict over a host: what somebody acts on who reads nothing else, and what it rests on.</summary>
public sealed record HostVerdict
{
    /// <summary>Before anything was judged: nothing can be told.</summary>
    public static HostVerdict NotJudged { get; } = new()
    {
        State = VerdictState.Unknown,
        Growth = GrowthSight.OneCapture,
        Captures = 0,
        Needed = 0,
    };

    /// <summary>The state.</summary>
    public required VerdictState State { get; init; }

    /// <summary>
    /// What was missing, cut or not judged. Given in every state: also where something is wrong, more may be that was
    /// not seen. Empty only where all that is needed was read whole.
    /// </summary>
    public ImmutableArray<Gap> Missing { get; init; } = [];

    /// <summary>
    /// Whether it is one over growth alone, as <c>detect</c> gives it: then it says nothing of limits and settings.
    /// </summary>
    public bool IsOfGrowth { get; init; }

    /// <summary>How far growth was judged.</summary>
    public required GrowthSight Growth { get; init; }

    /// <summary>Captures of the boot that growth is judged over.</summary>
    public required int Captures { get; init; }

    /// <summary>Captures of one boot that it takes to judge growth.</summary>
    public required int Needed { get; init; }

    /// <summary>
    /// UTC time by which growth can be judged if captures go on at their pace; null where there is no pace, or no need.
    /// </summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>
    /// The one command that would tell, to be run on the machine that leakstat runs on; null where nothing is missing
    /// or no command can tell any more (a crash dump).
    /// </summary>
    public ShellCommand? Command { get; init; }

    /// <summary>Whether the output of a command is missing or not whole (<c>vmstat -z</c>).</summary>
    public bool Lacks(string command) => Missing.Any(gap => gap.Command == command);
}

/// <summary>Something that a verdict needs and that was not there whole.</summary>
/// <param name="Command">
/// The command whose output it is (<c>vmstat -z</c>), or what else is missing (<c>host fw2</c>).
/// </param>
/// <param name="Text">What is wrong with it, one clause without a full stop.</param>
/// <param name="At">Where it shows; null where there is nothing to point at.</param>
public sealed record Gap(string Command, string Text, SourceLine? At = null)
{
    /// <summary>
    /// Whether it says that numbers are of two hosts, boots or moments: what comes of holding one against the other is
    /// no evidence then.
    /// </summary>
    public bool IsOfTwo { get; init; }
}
