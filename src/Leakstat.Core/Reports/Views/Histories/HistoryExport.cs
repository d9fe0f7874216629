using System.Globalization;
using System.Text;
using Leakstat.History;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Histories;

/// <summary>What of a history is exported.</summary>
public sealed record ExportFilter
{
    /// <summary>Name of the series (zone, type, account, counter); all where null.</summary>
    public string? Name { get; init; }

    /// <summary>Kind of the series, as <see cref="SeriesKindName"/> names it; all where null.</summary>
    public SeriesKind? Kind { get; init; }

    /// <summary>Samples before it are left out, and those without a time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Samples after it are left out, and those without a time.</summary>
    public DateTimeOffset? To { get; init; }

    internal bool Takes(SeriesKey key) => (Name is null || key.Name == Name) && (Kind is null || key.Kind == Kind);

    internal bool Takes(Sample sample) =>
        (From is null || sample.TakenAt >= From) && (To is null || sample.TakenAt <= To);
}

/// <summary>
/// A history as lines for other programs: one line for each value, series by series, in time order. Samples that stand
/// for several captures have their least and greatest values beside the last.
/// </summary>
public static class HistoryExport
{
    /// <summary>First line of the CSV form.</summary>
    public const string CsvHeader = "host,time,kind,name,value,least,greatest,source";

    private static readonly HistoryJsonContext s_lines = new(JsonForm.Options(indented: false));

    /// <summary>Writes CSV (RFC 4180, lines ended by a line feed), without the header.</summary>
    public static void WriteCsv(string host, HostHistory history, ExportFilter filter, TextWriter output)
    {
        string first = Field(host);
        foreach ((SeriesKey key, Sample sample, long value, long? least, long? greatest) in Values(history, filter))
        {
            output.Write(first);
            output.Write(',');
            output.Write(Time(sample));
            output.Write(',');
            output.Write(SeriesKindName.Of(key.Kind));
            output.Write(',');
            output.Write(Field(key.Name));
            output.Write(string.Create(CultureInfo.InvariantCulture, $",{value},{least},{greatest},"));
            output.Write(Field(sample.Source));
            output.Write('\n');
        }
    }

    /// <summary>
    /// Writes JSON Lines: one object per line, members as the columns of the CSV form; what is unknown is absent.
    /// </summary>
    public static void WriteJsonLines(string host, HostHistory history, ExportFilter filter, Stream output)
    {
        foreach ((SeriesKey key, Sample sample, long value, long? least, long? greatest) in Values(history, filter))
        {
            JsonForm.Write(
                new ExportedValue(
                    host,
                    Time(sample) is { Length: > 0 } time ? time : null,
                    SeriesKindName.Of(key.Kind),
                    key.Name,
                    value,
                    least,
                    greatest,
                    sample.Source),
                s_lines.ExportedValue,
                output);
        }
    }

    private static IEnumerable<(SeriesKey Key, Sample Sample, long Value, long? Least, long? Greatest)> Values(
        HostHistory history, ExportFilter filter)
    {
        foreach (Series series in history.Series.Where(s => filter.Takes(s.Key)))
        {
            var values = series.Values;
            for (int i = 0; i < values.Length; i++)
            {
                if (values[i] is { } value && filter.Takes(history.Samples[i]))
                {
                    yield return (
                        series.Key,
                        history.Samples[i],
                        value,
                        series.Least.IsEmpty ? null : series.Least[i],
                        series.Greatest.IsEmpty ? null : series.Greatest[i]);
                }
            }
        }
    }

    private static string Time(Sample sample) =>
        sample.TakenAt?.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// Printable, and quoted where it has to be. What a spreadsheet would take for a formula gets an apostrophe in
    /// front, as OWASP's advice on CSV injection has it: names come from hosts.
    /// </summary>
    private static string Field(string text)
    {
        string valid = PrintableText.Of(text);
        valid = valid.Length > 0 && valid[0] is '=' or '+' or '-' or '@' ? "'" + valid : valid;
        return valid.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? valid
            : new StringBuilder(valid.Length + 8).Append('"').Append(
                valid.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"').ToString();
    }
}
