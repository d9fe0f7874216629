using System.CommandLine;
using Leakstat.Cli.Hosting;

namespace Leakstat.Cli.Commands.History;

/// <summary>
/// <c>leakstat history [load] SOURCE… --store FILE</c>: loads captures into the store; one subcommand for each thing
/// that can be done with it. Loading is what is meant where none is named. The options that stood for subcommands are
/// read on.
/// </summary>
internal static class HistoryCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var store = new HistoryStoreOptions();
        var former = new FormerHistoryOptions(store);
        var command = new Command(
            "history",
            "keep histories in a store: load captures into it, list, export, prune and check what it holds")
        {
            store.Sources, store.Store, store.Json, store.Quiet, store.Verbose,
            HistoryLoad.Create(store, terminal),
            HistoryList.Create(store, terminal),
            HistoryExportAction.Create(store, terminal),
            HistoryPrune.Create(store, terminal),
            HistoryCheck.Create(store, terminal),
        };
        former.AddTo(command);
        HistoryStoreOptions.RequireStore(command, store);
        command.SetAction(parsed => Run(parsed, store, former, terminal));
        return command;
    }

    private static int Run(
        ParseResult parsed, HistoryStoreOptions store, FormerHistoryOptions former, Terminal terminal)
    {
        if (parsed.GetValue(former.Check))
        {
            return HistoryCheck.Run(parsed, store, terminal);
        }

        if (parsed.GetValue(former.Export) is { } form)
        {
            return HistoryExportAction.Run(parsed, store, former.Choice, form, terminal);
        }

        bool hasSources = parsed.GetValue(store.Sources) is { Length: > 0 };
        if (hasSources)
        {
            HistoryLoad.Run(parsed, store, store.Sources, terminal);
        }

        if (parsed.GetValue(former.Prune))
        {
            HistoryPrune.Run(parsed, store, former.Retention, terminal);
        }
        else if (!hasSources || parsed.GetValue(former.List))
        {
            HistoryList.Run(parsed, store, former.Choice.Host, terminal);
        }

        return ExitCode.Done;
    }
}
