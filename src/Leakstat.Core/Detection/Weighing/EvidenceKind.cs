namespace Leakstat.Detection.Weighing;

/// <summary>An independent piece of evidence on whether memory is given back. Each can be left out.</summary>
[Flags]
public enum EvidenceKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It rises and does not fall: moves in one direction, which a walk would not make.</summary>
    OneSided = 1,

    /// <summary>What stays through the troughs of the load: the lowest of each day and of each block rises.</summary>
    Retention = 1 << 1,

    /// <summary>The end lies wholly above the beginning.</summary>
    Floor = 1 << 2,

    /// <summary>The same growth boot after boot.</summary>
    Boots = 1 << 3,

    /// <summary>Share of memory that it took.</summary>
    Share = 1 << 4,

    /// <summary>What the owner is known to be.</summary>
    Owner = 1 << 5,

    /// <summary>Others of the host that rise or do not rise with it.</summary>
    Company = 1 << 6,

    /// <summary>Whether it slows down as what fills up does.</summary>
    Saturation = 1 << 7,

    /// <summary>Counters of load that move with it.</summary>
    Counters = 1 << 8,

    /// <summary>The significance of its slope.</summary>
    Slope = 1 << 9,
}
