using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Leakstat.Detection;
using Leakstat.DetectionBench.Hosts;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;

namespace Leakstat.DetectionBench.Measures;

/// <summary>
/// Puts into healthy hosts the slowest leak that the product says it would have named by now, in a zone, a type or
/// pages of no owner, and counts how often it is named: four times in five, if the sentence is true.
/// </summary>
internal static class SensitivityCheck
{
    private static readonly string[] Kinds = ["zone", "malloc", "wired"];

    public static string Run(IHostFamily[] families, int hosts, int threads, TrendOptions options)
    {
        var text = new StringBuilder();
        text.AppendLine(
            "| family | leak in | hosts on which a rate was stated | of them named at that rate | stated rate, "
                + "median KiB a day |");
        text.AppendLine("| --- | --- | --- | --- | --- |");
        foreach (IHostFamily family in families)
        {
            string[] classes = [.. family.HealthyClasses.Where(c => !c.Contains("reboot", StringComparison.Ordinal)
                && !c.Contains("take the memory", StringComparison.Ordinal))];
            var found = new ConcurrentBag<(string Kind, bool IsNamed, double Rate)>();
            Parallel.For(0, hosts, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            {
                SimulatedHost host = family.Make(i / classes.Length, classes[i % classes.Length]);
                DiagnosisReport report = new HostDiagnosis(host, options).After(host.Times.Length);
                HistorySensitivity? stated = HistorySensitivity.Of(report);
                foreach (string kind in Kinds)
                {
                    double? rate = kind switch
                    {
                        "zone" => stated?.ZoneBytesPerDay,
                        "malloc" => stated?.TypeBytesPerDay,
                        _ => stated?.UnaccountedBytesPerDay,
                    };
                    if (rate is { } perDay)
                    {
                        SimulatedHost leaking = SteadyInjection.Into(host, kind, perDay, new Chance((ulong)i));
                        bool named = new HostDiagnosis(leaking, options).After(host.Times.Length).Findings
                            .Any(f => f.Verdict is Verdict.Leak or Verdict.Suspect
                                && Judged.IsRight(f.Subject, leaking.Truth));
                        found.Add((kind, named, perDay));
                    }
                }
            });
            foreach (string kind in Kinds)
            {
                var of = found.Where(f => f.Kind == kind).ToArray();
                double[] rates = [.. of.Select(f => f.Rate / 1024).Order()];
                string median = rates.Length == 0
                    ? "–" : rates[rates.Length / 2].ToString("0.#", CultureInfo.InvariantCulture);
                text.AppendLine(
                    $"| {family.Name} | {kind} | {of.Length} of {hosts} | "
                        + $"{new Share(of.Count(f => f.IsNamed), of.Length)} | {median} |");
            }
        }

        return text.ToString();
    }
}
