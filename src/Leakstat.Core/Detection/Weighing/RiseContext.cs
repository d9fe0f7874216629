namespace Leakstat.Detection.Weighing;

/// <summary>What is known of a rise beside its own values.</summary>
public readonly record struct RiseContext
{
    /// <summary>Share of the gain that the counter which suits best accounts for, 0 to 1.</summary>
    public double Counted { get; init; }

    /// <summary>Name of that counter.</summary>
    public string? Counter { get; init; }

    /// <summary>Share of the gain that goes with what most series of the host do, 0 to 1.</summary>
    public double Common { get; init; }

    /// <summary>Kendall's tau of what is left without the load that suits best, −1 to 1.</summary>
    public double LeftTau { get; init; }

    /// <summary>Separation of what is left, −2 to 1.</summary>
    public double LeftSeparation { get; init; }

    /// <summary>Deepest fall of what is left over its gain, 0 to 2.</summary>
    public double LeftFall { get; init; }

    /// <summary>
    /// Chance by tossing a coin of the rises and falls of what is left, as <see cref="RiseFeatures.Signs"/>.
    /// </summary>
    public double LeftSigns { get; init; }

    /// <summary>Other series that move together with it.</summary>
    public int Lockstep { get; init; }

    /// <summary>Other series that rise and do not move together with it.</summary>
    public int Company { get; init; }

    /// <summary>Those of them that rise by about as large a factor as it does, or a larger one.</summary>
    public int Peers { get; init; }

    /// <summary>Boots over which it grew, each from its beginning.</summary>
    public int Boots { get; init; }

    /// <summary>Boots that were seen.</summary>
    public int BootsSeen { get; init; }

    /// <summary>Whether it came to stand at one value while it was asked for on and on.</summary>
    public bool AtCeiling { get; init; }

    /// <summary>−log₁₀ of the chance of its slope, 0 to 12.</summary>
    public double Slope { get; init; }

    /// <summary>Whether a curve that comes to a level fits it better than a line.</summary>
    public bool IsBending { get; init; }

    /// <summary>Whether the slope vanishes given a counter.</summary>
    public bool IsExplained { get; init; }

    /// <summary>Whether it is a rest that rose in so few moves as something which nobody counts may come.</summary>
    public bool IsInLumps { get; init; }

    /// <summary>What the owner is.</summary>
    public OwnerNature Nature { get; init; }
}
