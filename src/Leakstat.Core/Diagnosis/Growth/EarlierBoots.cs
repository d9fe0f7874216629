using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Diagnosis.Growth;

/// <summary>Judges the boots that are over: what a reboot took away was lost all the same, and will be again.</summary>
internal static class EarlierBoots
{
    private const int MostBoots = 5;

    /// <summary>Leaks and suspects of the latest boots that are over and have captures enough, the latest boot first.</summary>
    public static ImmutableArray<EarlierLeak> Judge(HostSeries host, Dictionary<string, SeriesKey> keys, TrendOptions options)
    {
        (int From, int To)[] boots =
        [
            .. Enumerable.Range(0, host.Boots.Length).GroupBy(i => host.Boots[i]).OrderByDescending(g => g.Key).Skip(1)
                .Select(g => (g.Min(), g.Max())).Where(b => b.Item2 - b.Item1 + 1 >= options.MinimumSamples).Take(MostBoots),
        ];
        var found = ImmutableArray.CreateBuilder<EarlierLeak>();
        foreach ((int from, int to) in boots)
        {
            HostTrends trends = new TrendEngine(options with { HostCount = boots.Length + 1 }).Analyze(TrendInputs.OfBoot(host, from, to));
            foreach (TrendResult result in trends.Leaks.Concat(trends.Suspects))
            {
                if (found.All(f => f.Key != keys[result.Key]))
                {
                    found.Add(new EarlierLeak(keys[result.Key], result, from, to));
                }
            }
        }

        return found.ToImmutable();
    }
}
