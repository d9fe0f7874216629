using System.Collections.Immutable;
using Leakstat.Store.Errors;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>Looks through a whole store: the file's structure, and that every chunk can be read.</summary>
internal static class StoreCheck
{
    private const int MostProblems = 20;

    public static ImmutableArray<string> Run(Database database)
    {
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        using (Statement check = database.Prepare($"PRAGMA integrity_check({MostProblems})"))
        {
            while (check.Step())
            {
                if (check.Text(0) is not "ok" and var problem)
                {
                    problems.Add(problem);
                }
            }
        }

        using Statement hosts = database.Prepare("SELECT id, name FROM host ORDER BY id");
        while (hosts.Step() && problems.Count < MostProblems)
        {
            string name = hosts.Text(1);
            try
            {
                using var rows = new HostRows(database, hosts.Integer(0));
                _ = rows.History();
            }
            catch (StoreException e)
            {
                problems.Add($"host {name}: {e.Message}");
            }
        }

        long orphans = database.Number("SELECT count(*) FROM chunk WHERE id >> 20 NOT IN (SELECT id FROM segment)");
        if (orphans > 0)
        {
            problems.Add($"{orphans} chunks belong to no segment");
        }

        return problems.ToImmutable();
    }
}
