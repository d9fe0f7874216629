namespace Leakstat.Dump.Live;

/// <summary>Pages of physical memory that lie side by side.</summary>
/// <param name="Address">Physical address of the first, a multiple of the page size.</param>
/// <param name="Pages">How many.</param>
public readonly record struct PageRun(ulong Address, int Pages);

/// <summary>The memory of a kernel that runs. It changes between any two reads.</summary>
public interface ILiveMemory
{
    /// <summary>Reads runs of pages of 4 KiB, in order (<c>/dev/mem</c>).</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="taken">Takes each page with its address; a page that cannot be read does not come.</param>
    /// <exception cref="LiveMemoryException">The host can be read no more.</exception>
    public void ReadPages(IReadOnlyList<PageRun> runs, PageTaken taken);

    /// <summary>Reads the kernel's virtual memory (<c>/dev/kmem</c>); false where nothing is mapped there.</summary>
    /// <exception cref="LiveMemoryException">The host can be read no more.</exception>
    public bool TryRead(ulong address, Span<byte> buffer);
}

/// <summary>Takes a page.</summary>
/// <param name="address">Its physical address.</param>
/// <param name="page">Its bytes.</param>
public delegate void PageTaken(ulong address, ReadOnlySpan<byte> page);

/// <summary>A running kernel could not be read, or not any further.</summary>
public sealed class LiveMemoryException : Exception
{
    /// <summary>Without a reason.</summary>
    public LiveMemoryException()
    {
    }

    /// <summary>With the reason, a sentence without a full stop.</summary>
    public LiveMemoryException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and what caused it.</summary>
    public LiveMemoryException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
