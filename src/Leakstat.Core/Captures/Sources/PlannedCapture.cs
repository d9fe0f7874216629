using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>
/// A capture that was found and not read yet. There may be hundreds of thousands: it holds next to nothing.
/// </summary>
internal sealed class PlannedCapture
{
    /// <summary>What it is read out of.</summary>
    public required CaptureContainer Container { get; init; }

    /// <summary>Which of the container's captures it is.</summary>
    public int Member { get; init; }

    /// <summary>What reports call it.</summary>
    public required string Source { get; init; }

    /// <summary>Host name, as far as the first look showed it.</summary>
    public string? Host { get; set; }

    /// <summary>Which of several hosts without a name it is of, told by <see cref="Facts"/>.</summary>
    public int Nameless { get; set; }

    /// <summary>What does not change while it is the same host.</summary>
    public HostFacts Facts { get; init; }

    /// <summary>UTC time; null where nothing says it.</summary>
    public DateTimeOffset? TakenAt { get; init; }

    /// <summary>Time to order by: the same, or that of a name without a zone.</summary>
    public DateTimeOffset? OrderTime { get; init; }

    /// <summary>Name of the folder or archive around it.</summary>
    public required string Parent { get; init; }

    /// <summary>Its place among the captures of its host, once they are known.</summary>
    public CapturePosition? Position { get; set; }
}
