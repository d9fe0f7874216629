using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Lists the hosts of a store, or the series of one host.</summary>
internal static class HistoryList
{
    /// <summary>Lists.</summary>
    public static void Run(string file, string? name, bool json, Terminal terminal)
    {
        using var store = new StoreReader(file);
        ImmutableArray<StoredHost> hosts = store.Hosts();
        if (name is not null)
        {
            StoredHost host = StoreReading.Choose(file, hosts, name);
            ListSeries(host, store.Load(host.Name)!, json, terminal);
        }
        else if (json)
        {
            HistoryJson.Write(terminal, "hosts", writer =>
            {
                foreach (StoredHost host in hosts)
                {
                    Write(writer, host);
                }
            });
        }
        else
        {
            ListHosts(file, hosts, terminal);
        }
    }

    private static void Write(Utf8JsonWriter json, StoredHost host)
    {
        json.WriteStartObject();
        json.WriteString("host", host.Name);
        json.WriteNumber("captures", host.Captures);
        json.WriteNumber("hours", host.Hours);
        json.WriteNumber("days", host.Days);
        json.WriteNumber("series", host.Series);
        if (host is { Earliest: { } earliest, Latest: { } latest })
        {
            json.WriteString("earliest", earliest.ToString("yyyy-MM-ddTHH:mm:ssZ", null));
            json.WriteString("latest", latest.ToString("yyyy-MM-ddTHH:mm:ssZ", null));
        }

        json.WriteEndObject();
    }

    private static void ListHosts(string file, ImmutableArray<StoredHost> hosts, Terminal terminal)
    {
        using TextWriter writer = terminal.Writer();
        int width = Math.Max(4, hosts.Select(h => Printable(h.Name).Length).DefaultIfEmpty().Max());
        writer.WriteLine($"{"Host".PadRight(width)}  {"Captures",9}  {"Hours",7}  {"Days",6}  {"Series",6}  From .. to");
        foreach (StoredHost host in hosts)
        {
            string span = host is { Earliest: { } earliest, Latest: { } latest }
                ? $"{Display.Time(earliest)} .. {Display.Time(latest)}"
                : "times unknown";
            writer.WriteLine($"{Printable(host.Name).PadRight(width)}  {host.Captures,9}  {host.Hours,7}  {host.Days,6}  {host.Series,6}  {span}");
        }

        writer.WriteLine($"{file}: {Display.Count(hosts.Length, "host", "hosts")}, {Display.Bytes(new FileInfo(file).Length)}");
    }

    private static void ListSeries(StoredHost host, HostHistory history, bool json, Terminal terminal)
    {
        if (json)
        {
            HistoryJson.Write(terminal, "series", writer =>
            {
                foreach (Series series in history.Series)
                {
                    (int count, long last) = Summary(series);
                    writer.WriteStartObject();
                    writer.WriteString("kind", SeriesKindName.Of(series.Key.Kind));
                    writer.WriteString("name", series.Key.Name);
                    if (series.ItemSize > 0)
                    {
                        writer.WriteNumber("itemSize", series.ItemSize);
                    }

                    writer.WriteNumber("values", count);
                    writer.WriteNumber("last", last);
                    writer.WriteEndObject();
                }
            });
            return;
        }

        using TextWriter output = terminal.Writer();
        output.WriteLine($"{"Kind",-15}  {"Values",7}  {"Last",20}  Name");
        foreach (Series series in history.Series)
        {
            (int count, long last) = Summary(series);
            output.WriteLine($"{SeriesKindName.Of(series.Key.Kind),-15}  {count,7}  {last,20}  {Printable(series.Key.Name)}");
        }

        output.WriteLine($"{Printable(host.Name)}: {Display.Count(history.Series.Count(), "series", "series")}");
    }

    private static (int Count, long Last) Summary(Series series)
    {
        ImmutableArray<long?> values = series.Values;
        return (values.Count(v => v is not null), values.Last(v => v is not null)!.Value);
    }

    private static string Printable(string name) => PrintableText.Of(StoreReading.Shown(name));
}
