using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Leakstat.Cli.Options;
using Leakstat.History;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>The options of <c>leakstat history</c>.</summary>
internal sealed class HistoryOptions
{
    private readonly CommonOptions _common = new();

    /// <summary>What is loaded.</summary>
    public Argument<string[]> Sources => _common.SourcesOrStore;

    /// <summary>The store.</summary>
    public Option<string?> Store { get; } = new("--db") { Description = "the store, one file; made by the first load", HelpName = "FILE" };

    /// <summary>List.</summary>
    public Option<bool> List { get; } = new("--list") { Description = "list the hosts; with --host, the series of that host" };

    /// <summary>Export.</summary>
    public Option<string?> Export { get; } = MakeExport();

    /// <summary>Prune.</summary>
    public Option<bool> Prune { get; } = new("--prune")
    {
        Description = "turn old captures into one sample per hour, old hours into days, and drop old days",
    };

    /// <summary>Check.</summary>
    public Option<bool> Check { get; } = new("--check") { Description = "look for damage; exit with 1 where there is any" };

    /// <summary>One host.</summary>
    public Option<string?> Host { get; } = new("--host") { Description = "only this host", HelpName = "NAME" };

    /// <summary>One series.</summary>
    public Option<string?> Series { get; } = new("--series")
    {
        Description = "export only the series of this name (zone, malloc type, account, counter)",
        HelpName = "NAME",
    };

    /// <summary>One kind.</summary>
    public Option<string?> Kind { get; } = MakeKind();

    /// <summary>Time range.</summary>
    public Option<DateTimeOffset?> From { get; } = MakeTime("--from", "export nothing before this time (UTC, as 2026-11-20 or 2026-11-20T18:00:00Z)");

    /// <summary>Time range.</summary>
    public Option<DateTimeOffset?> To { get; } = MakeTime("--to", "export nothing after this time");

    /// <summary>Age of captures.</summary>
    public Option<TimeSpan?> KeepCaptures { get; } = MakeAge("--keep-captures", "keep each capture this long (as 30d, 12h), hours after that");

    /// <summary>Age of hours.</summary>
    public Option<TimeSpan?> KeepHours { get; } = MakeAge("--keep-hours", "keep hours until they are this old, days after that");

    /// <summary>Age of days.</summary>
    public Option<TimeSpan?> KeepDays { get; } = MakeAge("--keep-days", "drop what is older than this");

    /// <summary>Size.</summary>
    public Option<long?> MaxSize { get; } = MakeSize();

    /// <summary>Machine output.</summary>
    public Option<bool> Json => _common.Json;

    /// <summary>Less.</summary>
    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "say nothing but what went wrong" };

    /// <summary>More.</summary>
    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "say each time when captures are stored" };

    /// <summary>The kind that <c>--kind</c> names.</summary>
    public SeriesKind? SeriesKindOf(ParseResult parsed) =>
        parsed.GetValue(Kind) is { } name ? SeriesKindName.Parse(name) : null;

    /// <summary>What pruning keeps.</summary>
    public Retention RetentionOf(ParseResult parsed) => new()
    {
        Captures = parsed.GetValue(KeepCaptures),
        Hours = parsed.GetValue(KeepHours),
        Days = parsed.GetValue(KeepDays),
        MostBytes = parsed.GetValue(MaxSize),
    };

    private static Option<string?> MakeExport()
    {
        var option = new Option<string?>("--export") { Description = "print the values, one line each", HelpName = "csv|jsonl" };
        option.AcceptOnlyFromAmong("csv", "jsonl");
        return option;
    }

    private static Option<string?> MakeKind()
    {
        var option = new Option<string?>("--kind")
        {
            Description = $"export only series of this kind: {string.Join(", ", Enum.GetValues<SeriesKind>().Select(SeriesKindName.Of))}",
            HelpName = "KIND",
        };
        option.AcceptOnlyFromAmong([.. Enum.GetValues<SeriesKind>().Select(SeriesKindName.Of)]);
        return option;
    }

    private static Option<DateTimeOffset?> MakeTime(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => DateTimeOffset.TryParseExact(
            result.Tokens[0].Value,
            ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset time)
            ? time
            : Refuse<DateTimeOffset>(result, $"{name} takes a time like 2026-11-20T18:00:00Z"),
    };

    private static Option<TimeSpan?> MakeAge(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "AGE",
        CustomParser = result => Suffixed(result.Tokens[0].Value, "smhdwy") switch
        {
            (var number, 's') => TimeSpan.FromSeconds(number),
            (var number, 'm') => TimeSpan.FromMinutes(number),
            (var number, 'h') => TimeSpan.FromHours(number),
            (var number, 'd') => TimeSpan.FromDays(number),
            (var number, 'w') => TimeSpan.FromDays(7 * number),
            (var number, 'y') => TimeSpan.FromDays(365 * number),
            _ => Refuse<TimeSpan>(result, $"{name} takes an age like 30d (s, m, h, d, w, y)"),
        },
    };

    private static Option<long?> MakeSize() => new("--max-size")
    {
        Description = "thin out the oldest until the file takes no more than this (as 500M, 2G)",
        HelpName = "SIZE",
        CustomParser = result => Suffixed(result.Tokens[0].Value, "KMGT") is { } size
            ? (long)size.Number << (10 * ("KMGT".IndexOf(size.Unit, StringComparison.Ordinal) + 1))
            : Refuse<long>(result, "--max-size takes a size like 500M (K, M, G, T)"),
    };

    /// <summary>A number of up to six digits and its unit.</summary>
    private static (int Number, char Unit)? Suffixed(string text, string units) =>
        text.Length is >= 2 and <= 7 && units.Contains(text[^1], StringComparison.Ordinal)
            && int.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? (number, text[^1])
            : null;

    private static T? Refuse<T>(ArgumentResult result, string message)
        where T : struct
    {
        result.AddError(message);
        return null;
    }
}
