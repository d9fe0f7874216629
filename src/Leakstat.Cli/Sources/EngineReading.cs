using System.Collections.Immutable;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Queries;
using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Sources;

/// <summary>Reads hosts back out of an engine, where a command takes one in place of sources.</summary>
internal static class EngineReading
{
    /// <summary>
    /// Rules that look at what no metric holds and do not say so themselves: slabs and domains of kegs.
    /// </summary>
    private static readonly ImmutableDictionary<string, string> s_unseen = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("LS0108", "slabs of sysctl vm.uma"),
        KeyValuePair.Create("LS0211", "domains of sysctl vm.uma"),
    ]);

    /// <summary>
    /// The hosts of an engine, each to be judged by itself; fails with code 4 where it cannot be reached, with 3 where
    /// it has none, or none of that name.
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="name">The host to look at; null for all.</param>
    /// <param name="from">From when.</param>
    /// <param name="to">Until when.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    public static ImmutableArray<HostInput> Hosts(
        IEngineReader engine, string? name, DateTimeOffset from, DateTimeOffset to, KnowledgeBase knowledge)
    {
        ImmutableArray<EngineHost> hosts = engine.Hosts(from, to);
        if (hosts.IsEmpty)
        {
            throw new CommandException(
                ExitCode.NoInput, $"{engine.Name}: no host has samples of leakstat since {from:yyyy-MM-dd HH:mm} UTC");
        }

        ImmutableArray<EngineHost> chosen = name is null ? hosts : [.. hosts.Where(h => h.Name == name)];
        return chosen.IsEmpty
            ? throw HostInputs.NoSuchHost(engine.Name, name!, hosts.Select(h => h.Name))
            : [.. chosen.Select(h => new HostInput(
                PrintableText.Of(h.Name), 0, () => Diagnose(engine, h, from, to, knowledge)))];
    }

    private static DiagnosisReport Diagnose(
        IEngineReader engine, EngineHost host, DateTimeOffset from, DateTimeOffset to, KnowledgeBase knowledge)
    {
        HostSamples? samples;
        try
        {
            samples = HistoryAssembly.Build(
                host.Name, engine.Place, engine.Series(host, from, to), ReadBounds.Default.Samples);
        }
        catch (EngineException failure)
        {
            throw new CommandException(ExitCode.NoInput, failure.Message);
        }

        DiagnosisReport report = (samples is null
            ? null
            : new Diagnoser(knowledge).Diagnose(
                host.Name, samples.History, samples.Latest, samples.Latest?.Diagnostics ?? [], InputReport.Clean))
            ?? throw new CommandException(ExitCode.NoInput, $"{engine.Name}: no samples of {host.Name}");
        return report with
        {
            Unjudged =
            [
                .. report.Unjudged.Concat(RuleRegistry.All
                    .Where(r => s_unseen.ContainsKey(r.Id) && report.Unjudged.All(u => u.Rule != r.Id))
                    .Select(r => new UnjudgedRule(r.Id, r.Name, [s_unseen[r.Id]])))
                    .OrderBy(u => u.Rule, StringComparer.Ordinal),
            ],
        };
    }
}
