namespace Leakstat.Store;

/// <summary>What pruning keeps. A part that is null is kept without end.</summary>
public sealed record Retention
{
    /// <summary>How long each capture is kept; older ones become one sample per hour.</summary>
    public TimeSpan? Captures { get; init; }

    /// <summary>How old hours may be; older ones become one sample per day.</summary>
    public TimeSpan? Hours { get; init; }

    /// <summary>How old days may be; older ones are dropped.</summary>
    public TimeSpan? Days { get; init; }

    /// <summary>Bytes that the file may take; the oldest is thinned out until it does.</summary>
    public long? MostBytes { get; init; }
}

/// <summary>What pruning did.</summary>
/// <param name="Captures">Captures that became hours.</param>
/// <param name="Hours">Hours that became days.</param>
/// <param name="Days">Days that were dropped.</param>
/// <param name="BytesBefore">Size of the file before.</param>
/// <param name="BytesAfter">Size of the file after.</param>
public sealed record Pruned(long Captures, long Hours, long Days, long BytesBefore, long BytesAfter)
{
    /// <summary>
    /// Bytes within the file that hold nothing: what is loaded next takes them. Other than 0 where the disk had no room
    /// to move what follows them.
    /// </summary>
    public long BytesUnused { get; init; }
}
