using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.History;
using Leakstat.Reports.Views.Histories;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Lists the hosts of a store, or the series of one host.</summary>
internal static class HistoryList
{
    /// <summary><c>leakstat history list</c>.</summary>
    public static Command Create(HistoryStoreOptions store, Terminal terminal)
    {
        Option<string?> host = new ChoiceOptions().Host;
        var command = new Command("list", "list the hosts; with --host, the series of that host") { host };
        HistoryStoreOptions.RequireStore(command, store);
        command.SetAction(parsed => Run(parsed, store, host, terminal));
        return command;
    }

    /// <summary>Lists.</summary>
    public static int Run(ParseResult parsed, HistoryStoreOptions options, Option<string?> chosen, Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        using var store = new StoreReader(file);
        ImmutableArray<StoredHost> hosts = store.Hosts();
        if (parsed.GetValue(chosen) is { } name)
        {
            StoredHost host = StoreReading.Choose(file, hosts, name);
            HistorySeries[] series = [.. store.Load(host.Name)!.Series.Select(Row)];
            options.Print(
                parsed,
                terminal,
                output => HistoryJson.Write(series, output),
                writer => HistoryText.Write(host.Name, series, writer));
            return ExitCode.Done;
        }

        HistoryHost[] rows =
        [
            .. hosts.Select(h => new HistoryHost(
                h.Name, h.Captures, h.Hours, h.Days, h.Series, h.Earliest, h.Latest)),
        ];
        options.Print(
            parsed,
            terminal,
            output => HistoryJson.Write(rows, output),
            writer => new HistoryText(file).Write(rows, new FileInfo(file).Length, writer));
        return ExitCode.Done;
    }

    private static HistorySeries Row(Series series)
    {
        ImmutableArray<long?> values = series.Values;
        return new HistorySeries(
            SeriesKindName.Of(series.Key.Kind),
            series.Key.Name,
            series.ItemSize > 0 ? series.ItemSize : null,
            values.Count(v => v is not null),
            values.Last(v => v is not null)!.Value);
    }
}
