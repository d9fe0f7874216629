namespace Leakstat.Store;

/// <summary>The store could not be read or written: missing, damaged, locked, full. What was reported as stored stands.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Takes a message for the user, one line.</summary>
    public StoreException(string message)
        : base(message)
    {
    }

    internal StoreException(string message, int code)
        : base(message) => Code = code;

    /// <summary>SQLite's primary result code; 0 where the problem is not SQLite's.</summary>
    public int Code { get; }

    /// <summary>Whether there was no room: a full disk, or the size the file may have.</summary>
    public bool IsFull => Code == 13;
}
