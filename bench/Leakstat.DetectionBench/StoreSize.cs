using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.DetectionBench;

/// <summary>
/// What the histories of the benchmark take in a store: the whole file by the samples of their series.
/// </summary>
internal static class StoreSize
{
    private const int FewestSamples = 1440;

    public static int Run(Generator generator, (int Number, string Class)[] plan)
    {
        string folder = Directory.CreateTempSubdirectory("leakstat-size-").FullName;
        try
        {
            List<double> all = [];
            long bytes = 0;
            long samples = 0;
            foreach (var kind in plan.GroupBy(p => p.Class))
            {
                List<double> sizes = [];
                foreach ((int number, string name) in kind)
                {
                    Episode episode = generator.Make(number, name);
                    if (episode.Host.Hours.Length < FewestSamples)
                    {
                        continue;
                    }

                    string file = Path.Combine(folder, $"{number}.db");
                    Store(file, episode.Host);
                    long values = episode.Host.Series.Sum(s => s.Values.Count(double.IsFinite))
                        + episode.Host.Counters.Sum(c => c.Values.Count(double.IsFinite));
                    long size = new FileInfo(file).Length;
                    sizes.Add((double)size / values);
                    (bytes, samples) = (bytes + size, samples + values);
                    File.Delete(file);
                }

                if (sizes.Count > 0)
                {
                    Console.WriteLine(
                        $"{kind.Key,-28} {sizes.Count,3} histories  {sizes.Average(),6:0.000} bytes per sample, "
                            + $"{sizes.Max():0.000} at most");
                    all.AddRange(sizes);
                }
            }

            Console.WriteLine(
                $"{"all",-28} {all.Count,3} histories  {(double)bytes / samples,6:0.000} bytes per sample, "
                    + $"{all.Max():0.000} at most");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Store(string file, HostSeries host)
    {
        using var store = new StoreWriter(file);
        DateTimeOffset start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        (string Name, ImmutableArray<double> Values)[] zones =
        [
            .. host.Series.Where(s => !s.Key.StartsWith("free ", StringComparison.Ordinal))
                .Select(s => (s.Key, s.Values)),
            .. host.Counters.Select(c => (c.Name, c.Values)),
        ];
        Dictionary<string, ImmutableArray<double>> free =
            host.Series.Where(s => s.Key.StartsWith("free ", StringComparison.Ordinal))
            .ToDictionary(s => "zone " + s.Key["free ".Length..], s => s.Values);
        for (int i = 0; i < host.Hours.Length; i++)
        {
            int at = i;
            string source = $"spool/host1/{start.AddHours(host.Hours[i]):yyyy-MM-ddTHH:mm:ssZ}";
            int boot = host.Boots.IsDefaultOrEmpty ? 0 : host.Boots[i];
            var capture = new Capture
            {
                Source = source,
                ContentMark = $"{i}",
                TakenAt = start.AddHours(host.Hours[i]),
                Host = new HostIdentity
                {
                    Name = "host1",
                    UptimeSeconds = (long)(host.Hours[i] * 3600) + (boot == 0 ? 100_000 : -1000L * boot),
                },
                Zones = new ZoneTable(
                    new SourceFile(source + "/vmstat-z.txt"),
                    [
                        .. zones.Where(z => double.IsFinite(z.Values[at])).Select((z, n) => new ZoneRow
                        {
                            Name = z.Name,
                            Size = 64,
                            Limit = 0,
                            Used = (long)z.Values[at],
                            Free = free.TryGetValue(z.Name, out ImmutableArray<double> left)
                                && double.IsFinite(left[at]) ? (long)left[at] : 0,
                            Requests = 0,
                            Line = n + 2,
                        }),
                    ],
                    hasCrossDomain: false),
            };
            store.Host("host1").Add(capture, new Ledger());
        }

        store.Commit(isEnd: true);
    }
}
