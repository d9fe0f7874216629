namespace Leakstat.Diagnosis.Contracts;

/// <summary>Where a command is to be run.</summary>
public enum Place
{
    /// <summary>On the host that is diagnosed, as root.</summary>
    Host,

    /// <summary>On the machine that leakstat runs on.</summary>
    Workstation,
}

/// <summary>One line of <see cref="FirstAid"/>.</summary>
/// <param name="Text">What, in half a sentence without a full stop.</param>
/// <param name="Command">The command, ready to be run as it is; null where there is none.</param>
/// <param name="On">Where it is run.</param>
public sealed record FirstAidStep(string Text, ShellCommand? Command = null, Place On = Place.Host)
{
    /// <summary>The rung above: what to do where this one does not tell; null where there is none.</summary>
    public FirstAidStep? Otherwise { get; init; }
}

/// <summary>What somebody does who is woken at night: three lines, in this order.</summary>
/// <param name="Now">Relief that buys time. It never loses data and never destroys evidence.</param>
/// <param name="Dont">What makes it worse, or destroys the evidence.</param>
/// <param name="Next">What finds the cause.</param>
public sealed record FirstAid(FirstAidStep Now, FirstAidStep Dont, FirstAidStep Next);
