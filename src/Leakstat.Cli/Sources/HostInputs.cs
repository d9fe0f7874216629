using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Fleet;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Sources;

/// <summary>
/// The hosts of what a user named, sources or a store, each to be judged by itself. A source that cannot be read
/// among others that can stands as a host of which nothing can be told.
/// </summary>
internal sealed class HostInputs
{
    /// <summary>What a host without a name is called.</summary>
    public const string NoName = "(no name)";

    private const int MostNames = 12;

    private HostInputs(ImmutableArray<HostInput> hosts, ImmutableArray<Diagnostic> others)
    {
        Hosts = hosts;
        Others = others;
    }

    /// <summary>The hosts; at least one.</summary>
    public ImmutableArray<HostInput> Hosts { get; }

    /// <summary>Problems of the input that are of no one host and took nothing away.</summary>
    public ImmutableArray<Diagnostic> Others { get; }

    /// <summary>Hosts of something else than sources or a store.</summary>
    public static HostInputs Of(ImmutableArray<HostInput> hosts) => new(hosts, []);

    /// <summary>Those of them that are in one part of several.</summary>
    public HostInputs In(HostShard shard) => new([.. Hosts.Where(h => shard.Has(h.Label))], Others);

    /// <summary>
    /// Opens what was named; fails with code 3 or 4 where nothing can be read, or <c>--host</c> names none of the
    /// hosts.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Its options.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    /// <param name="terminal">Where messages and progress go.</param>
    /// <param name="search">
    /// Searches crash dumps among the sources for lost blocks; null where that is not wanted.
    /// </param>
    public static HostInputs Open(
        ParseResult parsed,
        CommonOptions options,
        KnowledgeBase knowledge,
        Terminal terminal,
        Func<KernelDump, LeakReport>? search = null)
    {
        if (parsed.GetValue(options.Store) is { } file)
        {
            return new HostInputs(StoreReading.Hosts(file, parsed.GetValue(options.Host), knowledge, terminal), []);
        }

        string[] sources = parsed.GetValue(options.SourcesOrStore)!;
        string? kernel = parsed.GetValue(options.Kernel);
        List<ISourceNode> nodes = [];
        List<HostInput> unread = [];
        CommandException? first = null;
        foreach (string source in sources)
        {
            try
            {
                nodes.Add(SourceReading.OpenOne(source, terminal, kernel, search));
            }
            catch (CommandException failure) when (
                sources.Length > 1 && failure.ExitCode is ExitCode.NoInput or ExitCode.Unreachable)
            {
                first ??= failure;
                terminal.Error.WriteLine($"leakstat: {failure.Message}");
                unread.Add(Unread(source, failure.Message));
            }
        }

        if (nodes.Count == 0)
        {
            throw first!;
        }

        SourceSet set = SourceReading.Open(nodes, new FolderDumpReader(kernel, search));
        return parsed.GetValue(options.Host) is { } name
            ? new HostInputs([Chosen(set, name, sources, knowledge, terminal)], [])
            : set.Hosts.Length == 1 && unread.Count == 0
                ? new HostInputs([Alone(set, 0, set.Problems, knowledge, terminal)], [])
                : Several(set, unread, knowledge);
    }

    /// <summary>Says that no host is called so, and which there are.</summary>
    public static CommandException NoSuchHost(string where, string name, IEnumerable<string> labels)
    {
        string hosts = Display.SomeAndCount([.. labels], MostNames);
        return new CommandException(
            ExitCode.NoInput, PrintableText.Of($"{where}: no host {name}; the hosts are {hosts}"));
    }

    private static HostInputs Several(SourceSet set, List<HostInput> unread, KnowledgeBase knowledge)
    {
        PlacedProblems placed = set.PlaceProblems();
        string[] labels = LabelsOf(set);
        return new HostInputs(
            [
                .. set.Hosts.Select((host, i) => new HostInput(labels[i], host.Count, () =>
                {
                    HostSource own = host.Apart();
                    return SourceReading.Diagnose(
                        own, own.Captures(), new InputReport { Problems = placed.Of(host) }, knowledge);
                })),
                .. placed.Lost.Select(lost => Unread(lost.Place, lost.Problems[0].Text, lost.Problems)),
                .. unread,
            ],
            placed.Others);
    }

    private static HostInput Chosen(
        SourceSet set, string name, string[] sources, KnowledgeBase knowledge, Terminal terminal)
    {
        string[] labels = LabelsOf(set);
        int chosen = Array.IndexOf(labels, name);
        return chosen < 0
            ? throw NoSuchHost(string.Join(", ", sources), name, labels)
            : Alone(
                set,
                chosen,
                set.Hosts.Length == 1 ? set.Problems : set.PlaceProblems().Of(set.Hosts[chosen]),
                knowledge,
                terminal);
    }

    /// <summary>A host to be judged by itself, with progress where a terminal shows it.</summary>
    private static HostInput Alone(
        SourceSet set, int number, ImmutableArray<Diagnostic> problems, KnowledgeBase knowledge, Terminal terminal)
    {
        HostSource host = set.Hosts[number];
        return new HostInput(LabelsOf(set)[number], host.Count, () => SourceReading.Diagnose(
            host,
            SourceReading.Progress(host.Captures(), host.Count, terminal),
            new InputReport { Problems = problems },
            knowledge));
    }

    private static HostInput Unread(string place, string why, ImmutableArray<Diagnostic> problems = default) =>
        new(place, 0, () => UnreadHost.Of(place, why, problems), IsRead: false);

    /// <summary>Names of the hosts; those without one are numbered where there are several.</summary>
    private static string[] LabelsOf(SourceSet set)
    {
        bool isOne = set.Hosts.Count(h => h.Host is null) <= 1;
        int nameless = 0;
        return [.. set.Hosts.Select(h => h.Host ?? (isOne ? NoName : $"(no name {++nameless})"))];
    }
}
