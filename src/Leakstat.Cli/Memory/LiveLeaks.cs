using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;

namespace Leakstat.Cli.Memory;

/// <summary>Searches several readings of a running kernel for what is lost in all.</summary>
internal sealed class LiveLeaks(Terminal terminal, bool isQuiet, int? threads) : IDisposable
{
    private readonly List<KernelDump> _open = [];
    private readonly LivePasses _passes = new();

    /// <summary>Readings that were taken.</summary>
    public int Count => _passes.Count;

    /// <summary>The last reading.</summary>
    public KernelDump Last => _open[^1];

    /// <summary>
    /// Reads a running host until more would change nothing; false where only the cost was asked for.
    /// </summary>
    public bool Read(LiveDump live)
    {
        for (int pass = 0; pass < live.Passes; pass++)
        {
            Add(live.Open(pass));
        }

        while (_passes.Count < live.Request.Passes && !_passes.IsSettled)
        {
            if (_passes.Count > 0)
            {
                Thread.Sleep(live.Request.Pause);
            }

            if (!live.ReadPass())
            {
                return false;
            }

            Add(live.Open(live.Passes - 1));
        }

        return true;
    }

    /// <summary>Keeps a dump open that is no reading.</summary>
    public void Hold(KernelDump dump) => _open.Add(dump);

    /// <summary>Takes a reading.</summary>
    public void Add(KernelDump dump)
    {
        _open.Add(dump);
        using var bar = new MarkBar(terminal, isWanted: !isQuiet);
        _passes.Add(dump, Options(bar));
    }

    /// <summary>What is lost.</summary>
    public LeakReport Report(LeakBaseline? baseline, EarlierDump? since) =>
        _passes.Report(new LeakOptions { Threads = threads ?? LostSearch.Threads, Baseline = baseline, Since = since });

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(dump => dump.Dispose());

    private LeakOptions Options(MarkBar bar) => new() { Threads = threads ?? LostSearch.Threads, Started = bar.Start };
}
