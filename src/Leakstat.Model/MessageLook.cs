namespace Leakstat.Model;

/// <summary>One of the looks at the kernel messages of a host that runs on.</summary>
/// <param name="number">Its number among those of the boot, from 0.</param>
/// <param name="takenAt">When; null where unknown.</param>
/// <param name="before">The look before it; null for the first.</param>
public sealed class MessageLook(int number, DateTimeOffset? takenAt, MessageLook? before)
{
    /// <summary>Its number among those of the boot, from 0.</summary>
    public int Number { get; } = number;

    /// <summary>When; null where unknown.</summary>
    public DateTimeOffset? TakenAt { get; } = takenAt;

    /// <summary>The look before it; null for the first.</summary>
    public MessageLook? Before { get; } = before;
}
