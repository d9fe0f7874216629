using System.Collections.Immutable;
using Leakstat.Cli.Hosting;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Looks for damage in a store.</summary>
internal static class HistoryCheck
{
    /// <summary>Checks; gives 1 where there is damage.</summary>
    public static int Run(string file, bool json, Terminal terminal)
    {
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
