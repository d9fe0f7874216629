using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Knowledge;
using Leakstat.Store;

namespace Leakstat.Cli.Sources;

/// <summary>Reads a host out of a history store, where a command takes one in place of sources.</summary>
internal static class StoreReading
{
    /// <summary>Diagnoses what was named, sources or a store; fails with code 3 where there is nothing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Its options.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <param name="search">Searches crash dumps among the sources for lost blocks; null where that is not wanted.</param>
    public static DiagnosisReport Diagnose(
        ParseResult parsed, CommonOptions options, KnowledgeBase knowledge, Terminal terminal, Func<KernelDump, LeakReport>? search = null) =>
        parsed.GetValue(options.Store) is { } file
            ? Diagnose(file, parsed.GetValue(options.Host), knowledge, terminal)
            : SourceReading.Diagnose(
                SourceReading.Open(parsed.GetValue(options.SourcesOrStore)!, terminal, parsed.GetValue(options.Kernel), search), knowledge, terminal);

    /// <summary>A host's name as people see it.</summary>
    public static string Shown(string host) => host.Length > 0 ? host : "(no name)";

    /// <summary>The host that a user named, or the one with most captures; fails with code 3 where there is none.</summary>
    public static StoredHost Choose(string file, ImmutableArray<StoredHost> hosts, string? name)
    {
        if (hosts.IsEmpty)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: holds no captures");
        }

        return name is null
            ? hosts.OrderByDescending(h => h.Samples).ThenBy(h => h.Name, StringComparer.Ordinal).First()
            : hosts.FirstOrDefault(h => h.Name == name || Shown(h.Name) == name)
                ?? throw new CommandException(ExitCode.NoInput, $"{file}: no host {name}; leakstat history --db {file} lists the hosts");
    }

    private static DiagnosisReport Diagnose(string file, string? name, KnowledgeBase knowledge, Terminal terminal)
    {
        using var store = new StoreReader(file);
        ImmutableArray<StoredHost> hosts = store.Hosts();
        StoredHost host = Choose(file, hosts, name);
        StoredHistory stored = store.LoadWhole(host.Name)!;
        if (stored.Latest is null)
        {
            terminal.Error.WriteLine(
                $"leakstat: {file}: the latest capture of {Shown(host.Name)} was not kept; only its history is judged, without limits and modules");
        }

        var input = new InputReport
        {
            OtherHosts =
            [
                .. hosts.Where(h => h.Name != host.Name).OrderByDescending(h => h.Samples).ThenBy(h => h.Name, StringComparer.Ordinal)
                    .Select(h => (Shown(h.Name), (int)h.Samples)),
            ],
            ClockBackwards = NameOrder.ClockBackwards(stored.History.Samples.Select(s => (s.Source, s.TakenAt, Parent(s.Source)))),
        };
        return new Diagnoser(knowledge).Diagnose(
            host.Name.Length > 0 ? host.Name : null, stored.History, stored.Latest, stored.Problems, input)
            ?? throw new CommandException(ExitCode.NoInput, $"{file}: holds no captures of {Shown(host.Name)}");
    }

    private static string Parent(string source) => source[..Math.Max(source.TrimEnd('/').LastIndexOf('/'), 0)];
}
