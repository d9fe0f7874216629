namespace Leakstat.Dump.Tests.Image;

/// <summary>A word that can hold a pointer.</summary>
/// <param name="Owner">The object it is a word of; null for a variable of the kernel.</param>
/// <param name="Address">Its address.</param>
public sealed record PointerSlot(LiveObject? Owner, ulong Address)
{
    /// <summary>Whom it points to; null where it points to nobody.</summary>
    public LiveObject? Target { get; set; }
}

/// <summary>An object of the running machine: what it points to, and who points to it.</summary>
public sealed class LiveObject
{
    private const int FirstSlot = 16;

    public LiveObject(Item item)
    {
        Item = item;
        Slots = [.. Enumerable.Range(0, Math.Min(4, (item.Size - FirstSlot) / 8))
            .Select(i => new PointerSlot(this, item.Address + FirstSlot + ((ulong)i * 8)))];
    }

    public Item Item { get; }

    public PointerSlot[] Slots { get; }

    /// <summary>The words that point here.</summary>
    public List<PointerSlot> Holders { get; } = [];

    /// <summary>Where it stands in the list of live objects; −1 once it was freed or lost.</summary>
    public int Place { get; set; } = -1;
}
