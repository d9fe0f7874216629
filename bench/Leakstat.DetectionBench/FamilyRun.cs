using System.Globalization;
using Leakstat.DetectionBench.Hosts;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.DetectionBench;

/// <summary>Makes the hosts of a family and asks the product about them.</summary>
internal static class FamilyRun
{
    /// <summary>Writes hosts as spools, each with its truth beside it.</summary>
    public static int Write(IHostFamily family, IEnumerable<string> classes, int hosts, string folder)
    {
        foreach (string named in classes)
        {
            Parallel.For(0, hosts, number => HostSpool.Write(family.Make(number, named), folder));
        }

        return 0;
    }

    /// <summary>Prints, for each class, how many hosts had their culprit listed and how many a wrong name.</summary>
    public static int Quick(IHostFamily family, IEnumerable<string> classes, int hosts)
    {
        foreach (string named in classes)
        {
            int listed = 0, leaks = 0, wrong = 0, wrongLeaks = 0;
            var notes = new string[hosts];
            Parallel.For(0, hosts, new ParallelOptions { MaxDegreeOfParallelism = 2 }, number =>
            {
                long began = System.Diagnostics.Stopwatch.GetTimestamp();
                SimulatedHost host = family.Make(number, named);
                double made = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds;
                Finding[] findings =
                [
                    .. new HostDiagnosis(host).After(host.Times.Length).Findings.Where(f => f.Verdict is Verdict.Leak or Verdict.Suspect),
                ];
                Finding[] right = [.. findings.Where(f => Judged.IsRight(f.Subject, host.Truth))];
                Finding[] bad = [.. findings.Where(f => Judged.IsWrong(f.Subject, host.Truth))];
                Interlocked.Add(ref listed, right.Length > 0 ? 1 : 0);
                Interlocked.Add(ref leaks, right.Any(f => f.Verdict == Verdict.Leak) ? 1 : 0);
                Interlocked.Add(ref wrong, bad.Length > 0 ? 1 : 0);
                Interlocked.Add(ref wrongLeaks, bad.Any(f => f.Verdict == Verdict.Leak) ? 1 : 0);
                notes[number] = string.Create(CultureInfo.InvariantCulture, $"  {number}: {host.Hours / 24:0.0} d, {host.Times.Length} captures, {host.PhysicalMemory >> 30} GB, start {host.Truth.Start:0} h, lost {host.Truth.BytesLost / 1048576:0.0} MB, T {host.Truth.Limit:0.0} h, culprits {string.Join(", ", host.Truth.Culprits.Select(c => c.Name))} ({made:0.0} s, {System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s): ")
                    + string.Join("; ", findings.Select(f => $"{f.Verdict} {f.Subject.Name} {f.Confidence:0.00}"));
            });
            Console.WriteLine($"{named,-32} listed {listed,3} of {hosts} (leak {leaks}), wrong names on {wrong} (leak {wrongLeaks})");
            foreach (string note in notes)
            {
                Console.Error.WriteLine(note);
            }
        }

        return 0;
    }
}
