using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.Reports.Views.Histories;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Prints values of a store as CSV or JSON Lines.</summary>
internal static class HistoryExportAction
{
    /// <summary><c>leakstat history export</c>.</summary>
    public static Command Create(HistoryStoreOptions store, Terminal terminal)
    {
        var choice = new ChoiceOptions();
        var format = new Option<string>("--format")
        {
            Description = "print the values, one line each, as CSV (default) or JSON Lines",
            HelpName = ChoiceOptions.Forms,
            DefaultValueFactory = _ => "csv",
        };
        format.AcceptOnlyFromAmong("csv", "jsonl");
        var remote = new RemoteWriteOptions();
        var command = new Command(
            "export",
            "print the values, one line each, as CSV or JSON Lines; or send them to VictoriaMetrics or Prometheus")
        {
            format,
        };
        foreach (Option option in choice.All)
        {
            command.Add(option);
        }

        HistoryStoreOptions.RequireStore(command, store);
        remote.AddTo(command, format, choice.Series, choice.Kind, choice.To);
        command.SetAction(parsed => parsed.GetValue(remote.Engine.RemoteWrite) is null
            ? Run(parsed, store, choice, parsed.GetValue(format)!, terminal)
            : HistoryRemoteWrite.Run(parsed, store, choice, remote, terminal));
        return command;
    }

    /// <summary>Exports one host or all of them.</summary>
    public static int Run(
        ParseResult parsed, HistoryStoreOptions options, ChoiceOptions choice, string form, Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        string? name = parsed.GetValue(choice.Host);
        ExportFilter filter = choice.FilterOf(parsed);
        using var store = new StoreReader(file);
        ImmutableArray<StoredHost> hosts = store.Hosts();
        // Not disposed: that would close standard output.
        var output = new BufferedStream(terminal.Output, 64 << 10);
        using var writer = new StreamWriter(
            output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 << 10, leaveOpen: true);
        if (form == "csv")
        {
            writer.Write(HistoryExport.CsvHeader);
            writer.Write('\n');
        }

        foreach (StoredHost host in name is null ? hosts : [StoreReading.Choose(file, hosts, name)])
        {
            if (store.Load(host.Name) is not { } history)
            {
                continue;
            }

            if (form == "csv")
            {
                HistoryExport.WriteCsv(host.Name, history, filter, writer);
            }
            else
            {
                HistoryExport.WriteJsonLines(host.Name, history, filter, output);
            }
        }

        writer.Flush();
        output.Flush();
        return ExitCode.Done;
    }
}
