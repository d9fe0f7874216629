using System.Globalization;
using System.Text;
using Leakstat.Dump.Live;

namespace Leakstat.Cli.Memory;

/// <summary>
/// The memory of a host, by dd(1) over <c>/dev/mem</c> and <c>/dev/kmem</c>. Both are only read. dd knows them for
/// devices that can be positioned (<c>D_MEM</c>, <c>bin/dd/dd.c</c>), and takes a page at a time, so that what came
/// before a page that cannot be read is whole.
/// </summary>
internal sealed class DeviceMemory(TargetSession session) : ILiveMemory
{
    private const int PageSize = 4096;
    private const int MostRefusals = 4096;

    /// <summary>Where the devices are; a host may say so for itself.</summary>
    private const string Devices = "${LEAKSTAT_DEV:-/dev}";

    private int _refusals;

    /// <summary>Tries to open both for reading; what is wrong, for a person, null where nothing is.</summary>
    public string? Problem()
    {
        string? said = session.Text($$"""
            for d in mem kmem; do
                f={{Devices}}/$d
                if [ ! -e "$f" ]; then echo "/dev/$d: there is no such device"
                elif e=$( { : <"$f"; } 2>&1 ); then :
                else echo "/dev/$d: ${e##*: }"; fi
            done
            """);
        if (said is "")
        {
            return null;
        }

        bool isJail = session.Text("sysctl -n security.jail.jailed") == "1";
        string text = string.Join(
            "; ",
            (said ?? "the devices cannot be tried").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct());
        return isJail ? $"{text} (it is a jail: ask the host that it is in)"
            : text.Contains("denied", StringComparison.OrdinalIgnoreCase)
                || text.Contains("not permitted", StringComparison.OrdinalIgnoreCase)
                    ? $"{text} (the user may not read kernel memory: root may, or --sudo, --doas)"
            : text.Contains("no such device", StringComparison.Ordinal)
                ? $"{text} (device mem is not in this kernel: kldload mem)"
            : text;
    }

    /// <inheritdoc/>
    public void ReadPages(IReadOnlyList<PageRun> runs, PageTaken taken)
    {
        var open = new LinkedList<PageRun>(runs);
        byte[] page = new byte[PageSize];
        while (open.Count > 0)
        {
            session.Send(Commands(open));
            while (open.First is { } first)
            {
                PageRun run = first.Value;
                int done = 0;
                while (done < run.Pages && session.TryRead(page))
                {
                    taken(run.Address + ((ulong)done * PageSize), page);
                    done++;
                }

                open.RemoveFirst();
                if (done < run.Pages)
                {
                    Refused();
                    if (done + 1 < run.Pages)
                    {
                        open.AddFirst(new PageRun(run.Address + ((ulong)(done + 1) * PageSize), run.Pages - done - 1));
                    }

                    break;
                }
            }
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> buffer)
    {
        ulong first = address / PageSize;
        ulong last = (address + (ulong)buffer.Length - 1) / PageSize;
        byte[] pages = new byte[(int)(last - first + 1) * PageSize];
        session.Send(Command("kmem", first, (int)(last - first + 1)));
        if (!session.TryRead(pages))
        {
            Refused();
            return false;
        }

        pages.AsSpan((int)(address % PageSize), buffer.Length).CopyTo(buffer);
        return true;
    }

    private static string Commands(IEnumerable<PageRun> runs)
    {
        var commands = new StringBuilder();
        foreach (PageRun run in runs)
        {
            commands.Append(Command("mem", run.Address / PageSize, run.Pages));
        }

        return commands.ToString();
    }

    private static string Command(string device, ulong page, int pages) => string.Create(
        CultureInfo.InvariantCulture,
        $"dd if=\"{Devices}/{device}\" bs={PageSize} skip={page} count={pages} </dev/null 2>/dev/null "
            + $"|| exit {TargetSession.Exhausted}\n");

    private void Refused()
    {
        if (!session.IsExhausted() || ++_refusals > MostRefusals)
        {
            throw new LiveMemoryException($"more than {MostRefusals} pages of memory cannot be read");
        }
    }
}
