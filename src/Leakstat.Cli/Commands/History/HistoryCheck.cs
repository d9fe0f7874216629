using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Cli.Hosting;
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
        bool json = parsed.GetValue(options.Json);
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

        if (json)
        {
            HistoryJson.Write(terminal, "problems", writer =>
            {
                foreach (string problem in problems)
                {
                    writer.WriteStringValue(problem);
                }
            });
        }
        else
        {
            using TextWriter writer = terminal.Writer();
            foreach (string problem in problems)
            {
                writer.WriteLine($"{file}: {problem}");
            }

            writer.WriteLine(problems.IsEmpty ? $"{file}: sound" : $"{file}: damaged; load the captures that are left into a new store");
        }

        return problems.IsEmpty ? ExitCode.Done : ExitCode.Found;
    }
}
