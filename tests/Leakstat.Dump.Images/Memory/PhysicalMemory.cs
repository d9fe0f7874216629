namespace Leakstat.Dump.Tests.Image;

/// <summary>What a page is used for, and so whether a dump has it.</summary>
public enum PageUse : byte
{
    /// <summary>On the free lists.</summary>
    Free,

    /// <summary>Wired by the kernel: in a minidump.</summary>
    Kernel,

    /// <summary>Taken before the page allocator was there: in a minidump, without a <c>struct vm_page</c> that says anything.</summary>
    Boot,

    /// <summary>Wired by the kernel, but left out of dumps (<c>M_NODUMP</c>).</summary>
    NotDumped,

    /// <summary>Of a process or file: not in a minidump.</summary>
    User,
}

/// <summary>Memory of the machine, made of pages that exist once they were written to.</summary>
public sealed class PhysicalMemory
{
    public const int PageSize = 4096;

    private readonly Dictionary<ulong, byte[]> _pages = [];
    private readonly Dictionary<ulong, PageUse> _uses = [];
    private readonly HashSet<ulong> _written = [];
    private readonly Stack<ulong> _returned = new();
    private ulong _next;

    /// <summary>Memory with these ranges; pages are handed out from <paramref name="first"/> on.</summary>
    public PhysicalMemory(IReadOnlyList<(ulong Start, ulong End)> ranges, ulong first)
    {
        Ranges = ranges;
        _next = first;
    }

    /// <summary>Ranges of memory in the order of their addresses, as <c>dump_avail</c> has them.</summary>
    public IReadOnlyList<(ulong Start, ulong End)> Ranges { get; }

    public ulong End => Ranges[^1].End;

    public IEnumerable<ulong> UsedPages => _uses.Keys;

    public PageUse UseOf(ulong page) => _uses.GetValueOrDefault(page);

    public void SetUse(ulong page, PageUse use) => _uses[page] = use;

    public ulong AllocatePage(PageUse use = PageUse.Kernel) =>
        _returned.TryPop(out ulong page) ? Take(page, use) : AllocateRun(1, 1, use);

    /// <summary>A run of pages, aligned to a number of pages.</summary>
    public ulong AllocateRun(int count, int alignment, PageUse use = PageUse.Kernel)
    {
        ulong step = (ulong)alignment * PageSize;
        ulong start = (_next + step - 1) / step * step;
        for (ulong page = _next; page < start; page += PageSize)
        {
            _returned.Push(page);
        }

        _next = start + ((ulong)count * PageSize);
        if (_next > End)
        {
            throw new InvalidOperationException("the machine of the test has too little memory");
        }

        for (int i = 0; i < count; i++)
        {
            Take(start + ((ulong)i * PageSize), use);
        }

        return start;
    }

    public void Free(ulong page)
    {
        _uses[page] = PageUse.Free;
        _returned.Push(page);
    }

    /// <summary>A page's content; read only pages that were never written are zero.</summary>
    public ReadOnlySpan<byte> Page(ulong page) => _pages.TryGetValue(page, out byte[]? bytes) ? bytes : s_zero;

    /// <summary>Pages that were written since the last call.</summary>
    public IReadOnlyList<ulong> TakeWritten()
    {
        ulong[] written = [.. _written];
        _written.Clear();
        return written;
    }

    public Span<byte> Writable(ulong page)
    {
        _written.Add(page);
        if (!_pages.TryGetValue(page, out byte[]? bytes))
        {
            _pages[page] = bytes = new byte[PageSize];
        }

        return bytes;
    }

    private static readonly byte[] s_zero = new byte[PageSize];

    private ulong Take(ulong page, PageUse use)
    {
        _uses[page] = use;
        return page;
    }
}
