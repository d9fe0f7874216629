using System.Globalization;
using Leakstat.Detection;
using Leakstat.Detection.Weighing;
using Leakstat.DetectionBench.Hosts;
using Leakstat.DetectionBench.Measures;

namespace Leakstat.DetectionBench;

/// <summary>
/// <c>--family shapes|mechanisms|real|all</c>: measures leakstat and the simple rules on families of hosts, or writes
/// the hosts as spools (<c>--write DIR</c>).
/// </summary>
internal static class FamilyCommand
{
    public static int Run(string named, ulong seed, RealRow[][] tables, string[] args)
    {
        string? noise = Value("--noise"), only = Value("--class");
        string[] names = named != "all" ? named.Split(',') : noise is null ? ["shapes", "mechanisms"]
            : ["shapes", "mechanisms", "real"];
        IHostFamily[] families = [.. names.Select(n => Families.Of(n, seed, tables, noise))];
        (IHostFamily Family, string Named)[] classes =
        [
            .. families.SelectMany(f => f.LeakClasses.Concat(f.HealthyClasses).Select(c => (f, c)))
                .Where(c => only is null || only.Split(';').Any(o => c.c.StartsWith(o, StringComparison.Ordinal))),
        ];
        if (args.Contains("--classes"))
        {
            foreach ((IHostFamily family, string kind) in classes)
            {
                Console.WriteLine($"{family.Name}: {(family.LeakClasses.Contains(kind) ? "" : "healthy: ")}{kind}");
            }

            return 0;
        }

        int hosts = Number("--hosts", 4), threads = Number("--threads", 2);
        if (Value("--write") is { } spool)
        {
            Parallel.For(
                0, classes.Length * hosts, new ParallelOptions { MaxDegreeOfParallelism = threads },
                i => HostSpool.Write(classes[i / hosts].Family.Make(i % hosts, classes[i / hosts].Named), spool));
            return 0;
        }

        TrendOptions options = TrendOptions.Default with
        {
            Without = Enum.Parse<EvidenceKinds>(Value("--without") ?? "None", ignoreCase: true),
        };
        if (args.Contains("--sensitivity"))
        {
            Console.WriteLine(SensitivityCheck.Run(families, hosts, threads, options));
            return 0;
        }

        Looking looking = args.Contains("--one-look") ? Looking.AtEnd : Looking.Growing;
        HostOutcome[] outcomes = FamilyBench.Run(classes, hosts, Number("--hourly", 0), looking,
            args.Contains("--time"), threads, Number("--minutes", 1_000_000), options);
        if (Value("--fit") is { } fit && Value("--test") is { } test)
        {
            Console.WriteLine(Recalibration.Table(outcomes, [(fit.Split(','), test)]));
            return 0;
        }

        string report = FamilyReport.Write(outcomes, "bench/detection.sh " + string.Join(' ', Shown(args)), seed);
        Console.WriteLine(report);
        if (args.Contains("--explain"))
        {
            Explain(outcomes);
        }

        if (Value("--page") is { } page)
        {
            MarkedPage.Refresh(page, "families", report);
        }

        return 0;

        string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length
            ? args[at + 1] : null;
        int Number(string name, int otherwise) => Value(name) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    // The folder of measurements is a matter of the machine, and so is the page.
    private static IEnumerable<string> Shown(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--page" or "--root" or "--threads" or "--minutes")
            {
                i++;
                continue;
            }

            yield return i > 0 && args[i - 1] == "--noise" ? "DIR" : args[i];
        }
    }

    private static void Explain(HostOutcome[] outcomes)
    {
        foreach (HostOutcome o in outcomes.Where(o => o.Truth.IsLeak ? !o.IsListed || o.WrongNames.Length > 0
            : o.WrongNames.Length > 0 || o.FalseLeaksEver > 0))
        {
            string missed = o.Truth.IsLeak && !o.IsListed ? Missed(o) : "";
            string early = o.FalseLeaksEver > 0 ? $", false leak on the way {o.FalseLeaksEver}" : "";
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{o.Family}, {o.Truth.Class} #{o.Number}, {o.Weeks * 7:0.0} d: {missed} "
                    + $"wrong: {string.Join(", ", o.WrongNames)}{early}"));
        }
    }

    private static string Missed(HostOutcome o)
    {
        string names = string.Join(", ", o.Truth.Culprits.Select(c => c.Name));
        string rules = string.Join(' ', o.Right.Skip(1).Select(r => r.ToString("0.0", CultureInfo.InvariantCulture)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"missed {names} (from {o.Truth.Start:0} h, {o.Truth.BytesLost / 1048576:0.0} MiB, "
                + $"score {o.Right[0]:0.00}, rules {rules})");
    }
}
