using Leakstat.Cli.Hosting;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;

namespace Leakstat.Cli.Dumps;

/// <summary>Searches a dump for lost blocks for a command, and shows how far it is.</summary>
internal static class LostSearch
{
    /// <summary>Threads that mark where nobody says how many.</summary>
    public static int Threads => Math.Min(Environment.ProcessorCount, 16);

    /// <summary>Searches it.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="terminal">Where progress is shown, if anywhere.</param>
    /// <param name="isQuiet">Whether progress is not wanted.</param>
    /// <param name="threads">Threads; null for the usual number.</param>
    /// <param name="baseline">What was unreached in a healthy dump; null for none.</param>
    /// <param name="since">An earlier dump of the same boot; null for none.</param>
    public static LeakReport Run(
        KernelDump dump,
        Terminal terminal,
        bool isQuiet,
        int? threads = null,
        LeakBaseline? baseline = null,
        EarlierDump? since = null)
    {
        using var bar = new MarkBar(terminal, isWanted: !isQuiet);
        return LeakSearch.Run(dump, new LeakOptions
        {
            Threads = threads ?? Threads,
            Baseline = baseline,
            Since = since,
            Started = bar.Start,
        });
    }
}
