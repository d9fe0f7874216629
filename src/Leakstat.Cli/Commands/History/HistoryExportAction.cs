using System.Collections.Immutable;
using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.Reports.Views.Histories;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Prints values of a store as CSV or JSON Lines.</summary>
internal static class HistoryExportAction
{
    /// <summary>Exports one host or all of them.</summary>
    public static int Run(string file, string form, string? name, ExportFilter filter, Terminal terminal)
    {
        using var store = new StoreReader(file);
        ImmutableArray<StoredHost> hosts = store.Hosts();
        // Not disposed: that would close standard output.
        var output = new BufferedStream(terminal.Output, 64 << 10);
        using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 << 10, leaveOpen: true);
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
