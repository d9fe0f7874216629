namespace Leakstat.Detection.Weighing;

/// <summary>
/// What the owner of a series is known to be. Which zones and types are which is not for the engine to know.
/// </summary>
public enum OwnerNature
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>A cache, or what is kept for each thing in one: it grows up to a bound that may not be known.</summary>
    Cache,

    /// <summary>Something that each process, thread or file has.</summary>
    PerProcess,

    /// <summary>Something that a request holds until it is answered.</summary>
    PerRequest,

    /// <summary>What is left of a sum without all known owners: something that comes and goes in lumps may be in it.
    /// </summary>
    Rest,
}
