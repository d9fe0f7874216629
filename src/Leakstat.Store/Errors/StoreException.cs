namespace Leakstat.Store.Errors;

/// <summary>
/// The store could not be read or written: missing, damaged, locked, full. What was reported as stored stands.
/// </summary>
public sealed class StoreException : Exception
{
    /// <summary>Takes a message for the user, one line.</summary>
    public StoreException(string message)
        : base(message)
    {
    }

    internal StoreException(string message, int code)
        : base(message) => Code = code;

    /// <summary>Of bytes that no store writes.</summary>
    internal static StoreException Damaged() => new("a part of the stored history is damaged") { IsOfContent = true };

    private bool IsOfContent { get; init; }

    /// <summary>SQLite's primary result code; 0 where the problem is not SQLite's.</summary>
    public int Code { get; }

    /// <summary>
    /// Whether it could be read and not written: no room, no permission, a fault of the disk, or another process
    /// writes.
    /// </summary>
    public bool IsOfWriting => Code is 5 or 8 or 10 or 13;

    /// <summary>Whether the disk did not take what was written: no room, or a fault of the disk.</summary>
    public bool IsOfDisk => IsFull || (Code == 10 && !IsOfReading);

    /// <summary>Whether bytes that are there could not be read.</summary>
    internal bool IsOfReading { get; init; }

    /// <summary>Whether the file is damaged: SQLite's structure or what stands in it.</summary>
    public bool IsDamage => Code is 11 or 26 || IsOfContent;

    /// <summary>Whether there was no room: a full disk, or the size the file may have.</summary>
    public bool IsFull => Code == 13;
}
