using System.Collections.Immutable;
using Leakstat.Cli.Hosting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Store;

namespace Leakstat.Cli.Sources;

/// <summary>Reads hosts out of a history store, where a command takes one in place of sources.</summary>
internal static class StoreReading
{
    /// <summary>
    /// The hosts of a store, each to be judged by itself; fails with code 3 where there is none, or none of that
    /// name.
    /// </summary>
    /// <param name="file">The store.</param>
    /// <param name="name">The host to look at; null for all.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    /// <param name="terminal">Where messages go.</param>
    public static ImmutableArray<HostInput> Hosts(string file, string? name, KnowledgeBase knowledge, Terminal terminal)
    {
        using var store = new StoreReader(file);
        ImmutableArray<StoredHost> hosts = store.Hosts();
        if (hosts.IsEmpty || name is not null)
        {
            hosts = [Choose(file, hosts, name)];
        }

        bool isOne = hosts.Length == 1;
        return
        [
            .. hosts.OrderByDescending(h => h.Samples).ThenBy(h => h.Name, StringComparer.Ordinal)
                .Select(h => new HostInput(
                    Shown(h.Name), (int)h.Samples, () => Diagnose(file, h.Name, knowledge, isOne ? terminal : null))),
        ];
    }

    /// <summary>A host's name as people see it.</summary>
    public static string Shown(string host) => host.Length > 0 ? host : HostInputs.NoName;

    /// <summary>
    /// The host that a user named, or the one with most captures; fails with code 3 where there is none.
    /// </summary>
    public static StoredHost Choose(string file, ImmutableArray<StoredHost> hosts, string? name)
    {
        if (hosts.IsEmpty)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: holds no captures");
        }

        return name is null
            ? hosts.OrderByDescending(h => h.Samples).ThenBy(h => h.Name, StringComparer.Ordinal).First()
            : hosts.FirstOrDefault(h => h.Name == name || Shown(h.Name) == name)
                ?? throw HostInputs.NoSuchHost(file, name, hosts.Select(h => Shown(h.Name)));
    }

    /// <summary>Judges a host; beside others on a connection of its own.</summary>
    /// <param name="file">The store.</param>
    /// <param name="name">The host.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    /// <param name="terminal">
    /// Where it is said that its latest capture was not kept; null where the verdict alone says it.
    /// </param>
    private static DiagnosisReport Diagnose(string file, string name, KnowledgeBase knowledge, Terminal? terminal)
    {
        using var store = new StoreReader(file);
        (DiagnosisReport? report, bool hasLatest) = StoredDiagnosis.Of(store, name, knowledge);
        if (report is not null && !hasLatest)
        {
            terminal?.Error.WriteLine(
                $"leakstat: {file}: the latest capture of {Shown(name)} was not kept; only its history is "
                    + "judged, without limits and modules");
        }

        return report
            ?? throw new CommandException(ExitCode.NoInput, $"{file}: holds no captures of {Shown(name)}");
    }
}
