using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Reports.Views.Histories;
using Leakstat.Store;
using Leakstat.Store.Errors;

namespace Leakstat.Cli.Commands.History;

/// <summary>Looks for damage in a store.</summary>
internal static class HistoryCheck
{
    /// <summary><c>leakstat history check</c>.</summary>
    public static Command Create(HistoryStoreOptions store, Terminal terminal)
    {
        var command = new Command("check", "look for damage; exit with 1 where there is any");
        HistoryStoreOptions.RequireStore(command, store);
        command.SetAction(parsed => Run(parsed, store, terminal));
        return command;
    }

    /// <summary>Checks; gives 1 where there is damage.</summary>
    public static int Run(ParseResult parsed, HistoryStoreOptions options, Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        ImmutableArray<string> problems;
        try
        {
            using var store = new StoreReader(file);
            problems = store.Check();
        }
        catch (StoreException e) when (e.IsDamage)
        {
            problems = [e.Message];
        }

        options.Print(
            parsed,
            terminal,
            output => HistoryJson.Write(problems, output),
            writer => new HistoryText(file).Write(problems, writer));
        return problems.IsEmpty ? ExitCode.Done : ExitCode.Found;
    }
}
