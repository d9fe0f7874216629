using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Reports.Views.Histories;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Thins out what is old in a store.</summary>
internal static class HistoryPrune
{
    /// <summary><c>leakstat history prune</c>.</summary>
    public static Command Create(HistoryStoreOptions store, Terminal terminal)
    {
        var retention = new RetentionOptions();
        var command = new Command(
            "prune", "turn old captures into one sample per hour, old hours into days, and drop old days");
        foreach (Option option in retention.All)
        {
            command.Add(option);
        }

        HistoryStoreOptions.RequireStore(command, store);
        command.Validators.Add(result =>
        {
            if (!retention.All.Any(option => result.GetResult(option) is { Implicit: false }))
            {
                result.AddError($"prune {RetentionOptions.Needed}");
            }
        });
        command.SetAction(parsed => Run(parsed, store, retention, terminal));
        return command;
    }

    /// <summary>Prunes.</summary>
    public static int Run(
        ParseResult parsed, HistoryStoreOptions options, RetentionOptions retention, Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        if (!File.Exists(file))
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: no such file");
        }

        Pruned pruned;
        using (var store = new StoreWriter(file))
        {
            pruned = store.Prune(retention.Of(parsed), DateTimeOffset.UtcNow);
        }

        var row = new PrunedStore(
            pruned.Captures,
            pruned.Hours,
            pruned.Days,
            pruned.BytesBefore,
            pruned.BytesAfter,
            pruned.BytesUnused > 0 ? pruned.BytesUnused : null);
        options.PrintUnlessQuiet(
            parsed,
            terminal,
            output => HistoryJson.Write(row, output),
            writer => new HistoryText(file).Write(row, writer));
        return ExitCode.Done;
    }
}
