using System.CommandLine;
using System.Globalization;
using Leakstat.History;
using Leakstat.Reports.Views.Histories;

namespace Leakstat.Cli.Commands.History;

/// <summary>Which values of a store are listed or exported.</summary>
internal sealed class ChoiceOptions
{
    /// <summary>The forms of an export.</summary>
    public const string Forms = "csv|jsonl";

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
    public Option<DateTimeOffset?> From { get; } = MakeTime(
        "--from", "export nothing before this time (UTC, as 2026-11-20 or 2026-11-20T18:00:00Z)");

    /// <summary>Time range.</summary>
    public Option<DateTimeOffset?> To { get; } = MakeTime("--to", "export nothing after this time");

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Host, .. OfExport];

    /// <summary>Those that only an export has.</summary>
    public IEnumerable<Option> OfExport => [Series, Kind, From, To];

    /// <summary>What is exported.</summary>
    public ExportFilter FilterOf(ParseResult parsed) => new()
    {
        Name = parsed.GetValue(Series),
        Kind = parsed.GetValue(Kind) is { } name ? SeriesKindName.Parse(name) : null,
        From = parsed.GetValue(From),
        To = parsed.GetValue(To),
    };

    private static Option<string?> MakeKind()
    {
        var option = new Option<string?>("--kind")
        {
            Description = $"export only series of this kind: "
                + $"{string.Join(", ", Enum.GetValues<SeriesKind>().Select(SeriesKindName.Of))}",
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
            : OptionValue.Refuse<DateTimeOffset>(result, $"{name} takes a time like 2026-11-20T18:00:00Z"),
    };
}
