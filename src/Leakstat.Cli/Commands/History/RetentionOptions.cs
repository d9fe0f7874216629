using System.CommandLine;
using System.Globalization;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>What pruning a store keeps.</summary>
internal sealed class RetentionOptions
{
    /// <summary>What is said where none of them is given.</summary>
    public const string Needed = "needs what to keep: --keep-captures, --keep-hours, --keep-days or --max-size";

    /// <summary>Six digits and a unit.</summary>
    private const int LongestText = 7;

    /// <summary>Age of captures.</summary>
    public Option<TimeSpan?> KeepCaptures { get; } = MakeAge(
        "--keep-captures", "keep each capture this long (as 30d, 12h), hours after that");

    /// <summary>Age of hours.</summary>
    public Option<TimeSpan?> KeepHours { get; } = MakeAge(
        "--keep-hours", "keep hours until they are this old, days after that");

    /// <summary>Age of days.</summary>
    public Option<TimeSpan?> KeepDays { get; } = MakeAge("--keep-days", "drop what is older than this");

    /// <summary>Size.</summary>
    public Option<long?> MaxSize { get; } = MakeSize();

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [KeepCaptures, KeepHours, KeepDays, MaxSize];

    /// <summary>What pruning keeps.</summary>
    public Retention Of(ParseResult parsed) => new()
    {
        Captures = parsed.GetValue(KeepCaptures),
        Hours = parsed.GetValue(KeepHours),
        Days = parsed.GetValue(KeepDays),
        MostBytes = parsed.GetValue(MaxSize),
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
            _ => OptionValue.Refuse<TimeSpan>(result, $"{name} takes an age like 30d (s, m, h, d, w, y)"),
        },
    };

    private static Option<long?> MakeSize() => new("--max-size")
    {
        Description = "thin out the oldest until the file takes no more than this (as 500M, 2G)",
        HelpName = "SIZE",
        CustomParser = result => Size(result.Tokens[0].Value)
            ?? OptionValue.Refuse<long>(result, "--max-size takes a size like 500M, with its unit: K, M, G or T"),
    };

    /// <summary>
    /// A size with its unit, bytes; null for what is none. Without a unit it is none: data are dropped by it.
    /// </summary>
    public static long? Size(string text) =>
        text.Length is >= 2 and <= LongestText && !char.IsAsciiDigit(text[^1]) ? WrittenAmounts.Size(text) : null;

    /// <summary>A number of up to six digits and its unit.</summary>
    private static (int Number, char Unit)? Suffixed(string text, string units) =>
        text.Length is >= 2 and <= LongestText && units.Contains(text[^1], StringComparison.Ordinal)
            && int.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? (number, text[^1])
            : null;
}
