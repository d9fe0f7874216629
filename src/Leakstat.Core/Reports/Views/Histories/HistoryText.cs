using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Histories;

/// <summary>What <c>leakstat history</c> did or found, as lines of text.</summary>
/// <param name="File">The store, as the user named it.</param>
public sealed record HistoryText(string File)
{
    private string Place => PrintableText.Of(File);

    /// <summary>A line for each host that was loaded.</summary>
    public void Write(IReadOnlyList<LoadedHost> loaded, TextWriter output)
    {
        foreach (LoadedHost host in loaded)
        {
            string old = host.TooOld > 0
                ? $", {Display.Count(host.TooOld)} older than what was pruned and left out"
                : "";
            string known = host.Known > 0 ? $", {Display.Count(host.Known)} there already" : "";
            output.WriteLine(
                $"{Shown(host.Host)}: {Display.Count(host.Stored, "capture", "captures")} stored in "
                    + $"{Place}{known}{old}");
        }
    }

    /// <summary>What was pruned, in one line.</summary>
    public void Write(PrunedStore pruned, TextWriter output) => output.WriteLine(
        $"{Place}: {Display.Count(pruned.Captures, "capture", "captures")} thinned out, "
        + $"{Display.Count(pruned.Hours, "hour", "hours")} turned into days, "
        + $"{Display.Count(pruned.Days, "day", "days")} dropped; {Display.Bytes(pruned.BytesBefore)} before, "
        + $"{Display.Bytes(pruned.Bytes)} now"
        + (pruned.BytesUnused is { } unused
            ? $", {Display.Bytes(unused)} of it free for what is loaded next: the disk has no room to make the "
                + "file smaller"
            : ""));

    /// <summary>What was sent to an engine, in one line.</summary>
    public void Write(SentSamples sent, TextWriter output) => output.WriteLine(
        $"{Place}: {Display.Count(sent.Samples, "sample", "samples")} of "
        + $"{Display.Count(sent.Hosts, "host", "hosts")} sent to "
        + PrintableText.Of(sent.To)
        + (sent.Refused > 0 ? $", {Display.Count(sent.Refused)} refused ({PrintableText.Of(sent.Reason ?? "")})" : "")
        + (sent.Left > 0 ? $", {Display.Count(sent.Left)} that no engine takes left out" : "")
        + (sent.Dropped > 0
            ? $", {Display.Count(sent.Dropped.Value)} dropped since the queue was made: it was full"
            : ""));

    /// <summary>A table of the hosts, and the size of the file in bytes.</summary>
    public void Write(IReadOnlyList<HistoryHost> hosts, long bytes, TextWriter output)
    {
        int width = Math.Max(4, hosts.Select(h => Shown(h.Host).Length).DefaultIfEmpty().Max());
        output.WriteLine(
            $"{"Host".PadRight(width)}  {"Captures",9}  {"Hours",7}  {"Days",6}  {"Series",6}  From .. to");
        foreach (HistoryHost host in hosts)
        {
            string span = host is { EarliestTime: { } earliest, LatestTime: { } latest }
                ? $"{Display.Time(earliest)} .. {Display.Time(latest)}"
                : "times unknown";
            output.WriteLine(
                $"{Shown(host.Host).PadRight(width)}  {host.Captures,9}  {host.Hours,7}  {host.Days,6}  "
                + $"{host.Series,6}  {span}");
        }

        output.WriteLine($"{Place}: {Display.Count(hosts.Count, "host", "hosts")}, {Display.Bytes(bytes)}");
    }

    /// <summary>A table of the series of a host.</summary>
    public static void Write(string host, IReadOnlyList<HistorySeries> series, TextWriter output)
    {
        output.WriteLine($"{"Kind",-15}  {"Values",7}  {"Last",20}  Name");
        foreach (HistorySeries one in series)
        {
            output.WriteLine($"{one.Kind,-15}  {one.Values,7}  {one.Last,20}  {PrintableText.Of(one.Name)}");
        }

        output.WriteLine($"{Shown(host)}: {Display.Count(series.Count, "series", "series")}");
    }

    /// <summary>What is wrong with the file, and a last line that says whether anything is.</summary>
    public void Write(IReadOnlyList<string> problems, TextWriter output)
    {
        foreach (string problem in problems)
        {
            output.WriteLine($"{Place}: {PrintableText.Of(problem)}");
        }

        output.WriteLine(problems.Count == 0
            ? $"{Place}: sound"
            : $"{Place}: damaged; load the captures that are left into a new store");
    }

    /// <summary>A host's name as it is printed: the host without one has a name too.</summary>
    public static string Shown(string host) => PrintableText.Of(host.Length > 0 ? host : "(no name)");
}
