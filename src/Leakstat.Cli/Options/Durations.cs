using System.CommandLine;
using Leakstat.Model;

namespace Leakstat.Cli.Options;

/// <summary>
/// Spans of time on the command line: <c>60s</c>, <c>5m</c>, <c>24h</c>, <c>7d</c>, or plain seconds.
/// </summary>
internal static class Durations
{
    /// <summary>An option that takes one; at least a second.</summary>
    public static Option<TimeSpan> Option(string name, string description, TimeSpan standard) => new(name)
    {
        Description = $"{description}: 10s, 5m, 24h, 7d (default {Text(standard)})",
        HelpName = "TIME",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            if (Parse(result.Tokens[0].Value) is { } span)
            {
                return span;
            }

            result.AddError($"'{result.Tokens[0].Value}' is no span of time; write 10s, 5m, 24h or 7d");
            return standard;
        },
    };

    /// <inheritdoc cref="DurationText.Parse"/>
    public static TimeSpan? Parse(string text) => DurationText.Parse(text);

    private static string Text(TimeSpan span) =>
        span.TotalSeconds < 120 ? $"{span.TotalSeconds:0}s" : span.TotalMinutes < 120 ? $"{span.TotalMinutes:0}m"
            : span.TotalHours < 72 ? $"{span.TotalHours:0}h"
            : $"{span.TotalDays:0}d";
}
