using System.Collections.Concurrent;
using System.Diagnostics;
using Leakstat.Detection;
using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.Measures;

/// <summary>Runs families of hosts past leakstat and the simple rules.</summary>
internal static class FamilyBench
{
    /// <summary>
    /// Judges so many hosts of each class. Of the healthy ones of a class the first <paramref name="hourly"/> are
    /// looked at
    /// every hour, the others at growing lengths. Begins no host after so many minutes.
    /// </summary>
    public static HostOutcome[] Run(IReadOnlyList<(IHostFamily Family, string Named)> classes, int hosts, int hourly,
        Looking looking, bool timed, int threads, double minutes, TrendOptions options)
    {
        var outcomes = new ConcurrentBag<(int Order, HostOutcome Outcome)>();
        int done = 0, all = classes.Count * hosts;
        long began = Stopwatch.GetTimestamp();

        // One after another, all classes before the next number: a run that is cut short has seen every class.
        var inOrder = Partitioner.Create(Enumerable.Range(0, all), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(inOrder, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            if (Stopwatch.GetElapsedTime(began).TotalMinutes > minutes)
            {
                return;
            }

            (IHostFamily family, string named) = classes[i % classes.Count];
            int number = i / classes.Count;
            HostOutcome outcome = HostJudge.Judge(family.Name, family.Make(number, named), number < hourly
                ? Looking.Hourly : looking, timed, options);
            outcomes.Add((((i % classes.Count) * hosts) + number, outcome));
            int count = Interlocked.Increment(ref done);
            if (count % 50 == 0)
            {
                Console.Error.WriteLine($"{count} of {all}");
            }
        });
        return [.. outcomes.OrderBy(o => o.Order).Select(o => o.Outcome)];
    }
}
