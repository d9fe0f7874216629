using System.CommandLine;
using System.CommandLine.Parsing;
using Leakstat.Cli.Hosting;
using Leakstat.Reports.Views.Histories;

namespace Leakstat.Cli.Commands.History;

/// <summary><c>leakstat history SOURCE… / --db FILE</c>: loads spools into the store; lists, exports, prunes, checks.</summary>
internal static class HistoryCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new HistoryOptions();
        var command = new Command(
            "history",
            "keep histories in a store: load captures into it (SOURCE), list (default), export, prune, check")
        {
            options.Sources, options.Store, options.List, options.Export, options.Prune, options.Check, options.Host, options.Series,
            options.Kind, options.From, options.To, options.KeepCaptures, options.KeepHours, options.KeepDays, options.MaxSize,
            options.Json, options.Quiet, options.Verbose,
        };
        command.Validators.Add(result => Validate(result, options));
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, HistoryOptions options, Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        if (parsed.GetValue(options.Check))
        {
            return HistoryCheck.Run(file, parsed.GetValue(options.Json), terminal);
        }

        if (parsed.GetValue(options.Export) is { } form)
        {
            var filter = new ExportFilter
            {
                Name = parsed.GetValue(options.Series),
                Kind = options.SeriesKindOf(parsed),
                From = parsed.GetValue(options.From),
                To = parsed.GetValue(options.To),
            };
            return HistoryExportAction.Run(file, form, parsed.GetValue(options.Host), filter, terminal);
        }

        bool json = parsed.GetValue(options.Json);
        bool quiet = parsed.GetValue(options.Quiet);
        string[] sources = parsed.GetValue(options.Sources)!;
        if (sources.Length > 0)
        {
            HistoryLoad.Run(file, sources, json, quiet, parsed.GetValue(options.Verbose), terminal);
        }

        if (parsed.GetValue(options.Prune))
        {
            HistoryPrune.Run(file, options.RetentionOf(parsed), json, quiet, terminal);
        }
        else if (sources.Length == 0 || parsed.GetValue(options.List))
        {
            HistoryList.Run(file, parsed.GetValue(options.Host), json, terminal);
        }

        return ExitCode.Done;
    }

    private static void Validate(CommandResult result, HistoryOptions options)
    {
        if (result.GetValue(options.Store) is null)
        {
            result.AddError("--db FILE is needed: the store to load into or to read");
            return;
        }

        int actions = (result.GetValue(options.List) ? 1 : 0) + (result.GetValue(options.Export) is null ? 0 : 1)
            + (result.GetValue(options.Prune) ? 1 : 0) + (result.GetValue(options.Check) ? 1 : 0);
        bool hasSources = result.GetValue(options.Sources) is { Length: > 0 };
        bool isExport = result.GetValue(options.Export) is not null;
        bool hasKeep = Given(result, options.KeepCaptures, options.KeepHours, options.KeepDays, options.MaxSize);
        if (actions > 1)
        {
            result.AddError("--list, --export, --prune and --check exclude each other");
        }
        else if (hasSources && (isExport || result.GetValue(options.Check)))
        {
            result.AddError("sources are loaded; --export and --check read the store alone");
        }
        else if (!isExport && Given(result, options.Series, options.Kind, options.From, options.To))
        {
            result.AddError("--series, --kind, --from and --to belong to --export");
        }
        else if (hasKeep != result.GetValue(options.Prune))
        {
            result.AddError(hasKeep
                ? "--keep-captures, --keep-hours, --keep-days and --max-size belong to --prune"
                : "--prune needs what to keep: --keep-captures, --keep-hours, --keep-days or --max-size");
        }
    }

    private static bool Given(CommandResult result, params Option[] options) =>
        options.Any(option => result.GetResult(option) is { Implicit: false });
}
