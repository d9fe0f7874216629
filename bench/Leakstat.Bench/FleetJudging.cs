using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Growth;
using Leakstat.Fleet;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Store;

namespace Leakstat.Bench;

/// <summary>Judges the hosts of a store on one thread and tells the processor time of each step, by host.</summary>
internal static class FleetJudging
{
    private static readonly string[] s_steps = ["open", "load", "trends alone", "diagnose", "summary", "as JSON"];

    public static void Measure(string file, int most)
    {
        KnowledgeBase knowledge = BuiltInKnowledge.Load();
        List<FleetHost> hosts = [];
        double[] seconds = new double[s_steps.Length];
        using var list = new StoreReader(file);
        foreach (StoredHost host in list.Hosts().Take(most))
        {
            TimeSpan at = Environment.CpuUsage.TotalTime;
            using var store = new StoreReader(file);
            Lap(0);
            StoredHistory stored = store.LoadWhole(host.Name)!;
            Lap(1);
            _ = stored.Latest is { } latest ? TrendAnalysis.Of(stored.History, latest) : null;
            Lap(2);
            DiagnosisReport report = new Diagnoser(knowledge).Diagnose(
                host.Name, stored.History, stored.Latest, stored.Problems, InputReport.Clean)!;
            Lap(3);
            hosts.Add(FleetHost.Of(hosts.Count, host.Name, report));
            Lap(4);
            JsonReport.Write(report, Stream.Null);
            Lap(5);

            void Lap(int step)
            {
                TimeSpan now = Environment.CpuUsage.TotalTime;
                seconds[step] += hosts.Count > 0 ? (now - at).TotalSeconds : 0;
                at = now;
            }
        }

        TimeSpan before = Environment.CpuUsage.TotalTime;
        FleetReport fleet = FleetReport.Of(hosts, []);
        Console.WriteLine(
            $"ms per host: {string.Join(", ", s_steps.Select((s, i) => $"{s} {1000 * seconds[i] / Math.Max(hosts.Count - 1, 1):0.0}"))}; "
            + $"all of {fleet.Hosts.Length} hosts together {(Environment.CpuUsage.TotalTime - before).TotalSeconds:0.0} s");
    }
}
