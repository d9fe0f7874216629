namespace Leakstat.Serve.Web;

/// <summary>Bytes that all requests together may hold. Any thread may take and give back.</summary>
internal sealed class MemoryBudget(long most)
{
    private long _left = most;

    /// <summary>Takes bytes; false where there are not as many left.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _left, bytes);
}
