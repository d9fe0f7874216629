using Leakstat.Dump.Containers;

namespace Leakstat.Dump.Live;

/// <summary>
/// Fetches pages in runs as long as they lie side by side, and keeps what came. Never anything but memory.
/// </summary>
internal sealed class PageFetch(
    ILiveMemory memory, SnapshotWriter writer, IReadOnlyList<(ulong Start, ulong End)> ranges)
{
    private const int PageSize = Snapshot.PageSize;

    /// <summary>What is held until it is written: of a broken connection no more than this is lost.</summary>
    private const int PagesOfBatch = 2048;

    private Action<SnapshotProgress>? _told;
    private long _shown;

    /// <summary>What is being read.</summary>
    public string Part { get; set; } = "";

    /// <summary>Pages of the pass; 0 while not known.</summary>
    public long Whole { get; set; }

    /// <summary>Pages of the pass that are there.</summary>
    public long Done { get; set; }

    /// <summary>Pages that came, of all passes.</summary>
    public long Taken { get; private set; }

    /// <summary>Pages that did not.</summary>
    public long Missing { get; private set; }

    /// <summary>A new pass begins.</summary>
    public void Begin(Action<SnapshotProgress>? told) => (_told, Whole, Done) = (told, 0, 0);

    /// <summary>Fetches pages by their physical addresses.</summary>
    public void Read(IEnumerable<ulong> pages)
    {
        var batch = new List<PageRun>();
        int count = 0;
        foreach (PageRun run in Runs(pages.Where(IsMemory).Order()))
        {
            if (batch.Count == Snapshot.MostRuns || count + run.Pages > PagesOfBatch)
            {
                Take(batch, count);
                batch.Clear();
                count = 0;
            }

            batch.Add(run);
            count += run.Pages;
        }

        Take(batch, count);
    }

    private static IEnumerable<PageRun> Runs(IEnumerable<ulong> pages)
    {
        PageRun run = default;
        foreach (ulong page in pages)
        {
            if (run.Pages > 0 && run.Pages < PagesOfBatch && page == run.Address + ((ulong)run.Pages * PageSize))
            {
                run = run with { Pages = run.Pages + 1 };
                continue;
            }

            if (run.Pages > 0)
            {
                yield return run;
            }

            run = new PageRun(page, 1);
        }

        if (run.Pages > 0)
        {
            yield return run;
        }
    }

    private bool IsMemory(ulong page) =>
        ranges.Any(range => page >= (range.Start & ~(ulong)(PageSize - 1)) && page < range.End);

    private void Take(List<PageRun> batch, int count)
    {
        if (count == 0)
        {
            return;
        }

        byte[] buffer = new byte[count * PageSize];
        var came = new List<PageRun>();
        int at = 0;
        try
        {
            memory.ReadPages(batch, (address, page) =>
            {
                if (at + PageSize > buffer.Length || page.Length != PageSize || came.Count == Snapshot.MostRuns)
                {
                    return;
                }

                page.CopyTo(buffer.AsSpan(at));
                at += PageSize;
                if (came.Count > 0 && came[^1] is var last && address == last.Address + ((ulong)last.Pages * PageSize))
                {
                    came[^1] = last with { Pages = last.Pages + 1 };
                }
                else
                {
                    came.Add(new PageRun(address, 1));
                }
            });
        }
        finally
        {
            writer.Add(came, buffer.AsSpan(0, at));
        }

        Taken += at / PageSize;
        Missing += count - (at / PageSize);
        Done += count;
        if (Taken - _shown >= 256 || _shown == 0)
        {
            _shown = Taken;
            _told?.Invoke(new SnapshotProgress(writer.Pass, Part, Done, Whole));
        }
    }
}
