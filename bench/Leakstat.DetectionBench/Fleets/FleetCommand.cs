using System.Diagnostics;
using System.Globalization;
using Leakstat.Fleet;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.DetectionBench.Fleets;

/// <summary>
/// Measures the pivot over fleets: how often the trait that a slow leak is in is named, and how often one is in
/// fleets without a leak.
/// </summary>
internal static class FleetCommand
{
    private const double LeastRate = 0.5;
    private const double MostRate = 1.0;

    public static int Run(ulong seed, string[] args)
    {
        int hosts = Number("--hosts", 1000);
        int leaking = Number("--leaking", 100);
        int clean = Number("--clean", 100);
        bool explain = args.Contains("--explain");
        var began = Stopwatch.StartNew();
        int named = 0, found = 0, others = 0, falselyNamed = 0, asked = 0, shown = 0;
        long concerned = 0;
        Parallel.For(0, leaking + clean, new ParallelOptions { MaxDegreeOfParallelism = Number("--threads", 2) }, i =>
        {
            var chance = new Chance(seed + ((ulong)i * 104729));
            bool leaks = i < leaking;
            var fleet = new SimulatedFleet(
                seed + ((ulong)i * 7919) + 1, hosts, leaks ? chance.LogBetween(LeastRate, MostRate) : 0)
            {
                Upgrades = args.Contains("--upgrades"),
            };
            FleetReport report = fleet.Judge();
            FleetCause? right = report.Causes.FirstOrDefault(c => c.Subject.Name == fleet.Leaking.Name);
            bool isNamed = leaks && right?.SeparatedBy is [var first, ..] && fleet.IsNamed(first);
            lock (began)
            {
                found += leaks && right is not null ? 1 : 0;
                named += isNamed ? 1 : 0;
                others += leaks ? report.Causes.Count(c => c != right) : 0;
                falselyNamed += !leaks && report.Causes.Any() ? 1 : 0;
                asked += fleet.Alone.Asked;
                shown += fleet.Alone.Shown;
                concerned += fleet.Concerned;
            }

            if (explain && (leaks ? !isNamed : report.Causes.Any()))
            {
                Console.Error.WriteLine(
                    $"#{i} rate {fleet.Rate:0.00} of {fleet.Concerned} hosts in {(leaks ? fleet.Cause : "nothing")}: "
                    + string.Join("; ", report.Causes.Select(c => $"{c.Subject.Name} {Said(c)}")));
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            | of {hosts} hosts x 800 series | fleets | share |
            | --- | ---: | ---: |
            | leak, and what it is in is named first | {named} of {leaking} | {100.0 * named / Math.Max(leaking, 1):0.0} % |
            | leak, and the series is named | {found} of {leaking} | {100.0 * found / Math.Max(leaking, 1):0.0} % |
            | leak, and another series is named, too | {others} in {leaking} | |
            | no leak, and nothing is named | {clean - falselyNamed} of {clean} | {100.0 * (clean - falselyNamed) / Math.Max(clean, 1):0.0} % |
            | leaking hosts on which the engine alone names the series | {shown} of {asked} hosts | {100.0 * shown / Math.Max(asked, 1):0.0} % |
            """));
        Console.WriteLine($"leaking hosts: {concerned / Math.Max(leaking, 1)} of a fleet; {began.Elapsed.TotalSeconds:0} s");
        return 0;

        int Number(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length
            ? int.Parse(args[at + 1], CultureInfo.InvariantCulture)
            : otherwise;
    }

    private static string Said(FleetCause cause) => string.Join(
        ", ",
        cause.SeparatedBy.Select(s =>
            $"{s.Traits[0].Trait.Kind} {s.Traits[0].Trait.Name} {PrintableText.Of(s.Traits[0].Value)} {s.Table.With}/{s.Table.OfWith} "
            + $"{s.Table.Without}/{s.Table.OfWithout} {s.Chance:0.0e0}"));
}
