using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Live;

/// <summary>
/// Which pages of a running machine are the kernel's: all of its memory but what is free, what holds data of files
/// and of processes, and what the kernel itself leaves out of dumps (<c>PG_NODUMP</c>: ZFS data).
/// </summary>
internal sealed class LivePages(WalkContext context, IReadOnlyList<(ulong Start, ulong End)> ranges)
{
    private const ulong PageSize = 4096;

    /// <summary>Physical addresses of them, ascending.</summary>
    public List<ulong> Find()
    {
        HashSet<ulong> others = Others();
        var pages = new List<ulong>();
        foreach ((ulong start, ulong end) in ranges.OrderBy(r => r.Start))
        {
            for (ulong page = start & ~(PageSize - 1); page < end; page += PageSize)
            {
                if (!others.Contains(page))
                {
                    pages.Add(page);
                }
            }
        }

        return pages;
    }

    private HashSet<ulong> Others()
    {
        var others = new HashSet<ulong>();
        var objects = new ObjectKinds(context);
        (ulong Start, ulong Length) image = BootImage.Find(context);
        foreach (PageState page in PageArray.Find(context)?.Pages() ?? [])
        {
            bool isOther = page.IsFree
                ? page.Physical - image.Start >= image.Length
                : page.IsLeftOut || (page.Object != 0 && objects.Of(page.Object) == PageClass.Data);
            if (isOther)
            {
                others.Add(page.Physical);
            }
        }

        return others;
    }
}
