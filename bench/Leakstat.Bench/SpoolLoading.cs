using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;
using Leakstat.Platform;
using Leakstat.Store;

namespace Leakstat.Bench;

/// <summary>Loads a spool into a store on one thread and tells the processor time of each step.</summary>
internal static class SpoolLoading
{
    public static void Measure(string spool)
    {
        long bytes = Directory.EnumerateFiles(spool, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        string file = Path.Combine(Path.GetTempPath(), $"leakstat-bench-{Environment.ProcessId}.db");
        double best = double.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            double[] seconds = new double[5];
            int captures = 0;
            foreach (string left in new[] { file, file + "-wal", file + "-shm" })
            {
                File.Delete(left);
            }

            TimeSpan at = Environment.CpuUsage.TotalTime;
            SourceSet set = SourceSet.Open([FileSystemSource.TryOpen(spool)!], new NamePool(), ReadLimits.Default);
            Lap(0);
            using (var store = new StoreWriter(file))
            {
                foreach (HostSource host in set.Hosts)
                {
                    HostWriter writer = store.Host(host.Host ?? "");
                    foreach (Capture capture in host.Captures())
                    {
                        Lap(1);
                        Ledger ledger = LedgerBuilder.From(capture);
                        Lap(2);
                        writer.Add(capture, ledger);
                        Lap(3);
                        if (++captures % 1024 == 0)
                        {
                            store.Commit();
                            Lap(4);
                        }
                    }

                    store.Commit(isEnd: true);
                    Lap(4);
                }
            }

            double total = seconds.Sum();
            best = Math.Min(best, total);
            Console.WriteLine(
                $"round {round + 1}: {captures / total,6:0} captures/s, {bytes / 1e6 / total,5:0} MB/s; ms per capture: find {Each(0)}, read {Each(1)}, "
                + $"account {Each(2)}, add {Each(3)}, commit {Each(4)}; {new FileInfo(file).Length / 1024} kB stored");

            string Each(int step) => $"{1000 * seconds[step] / captures:0.000}";

            void Lap(int step)
            {
                TimeSpan now = Environment.CpuUsage.TotalTime;
                seconds[step] += (now - at).TotalSeconds;
                at = now;
            }
        }

        File.Delete(file);
    }
}
