using System.Globalization;
using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>Judges one series from standard input: lines of hours and value.</summary>
internal static class Try
{
    /// <summary>Counts leaks found where there is only noise: random walks, with and without white noise on top.</summary>
    public static int Null()
    {
        const int trials = 1500;
        foreach (double white in new[] { 0, 1, 3, 10 })
        {
            foreach (int count in new[] { 40, 80, 120, 200, 400, 720 })
            {
                var engine = new TrendEngine();
                int leaks = 0, rising = 0;
                for (int trial = 0; trial < trials; trial++)
                {
                    var chance = new Chance((ulong)((trial * 1000) + count + (white * 10000000)));
                    double[] values = Shapes.Walk(chance, count, 100000, 10).Plus(Shapes.Noise(chance, count, 10 * white, 0)).Counted();
                    TrendResult result = engine.Analyze(new HostSeries
                    {
                        Hours = [.. Enumerable.Range(0, count).Select(i => i / 6.0)],
                        Series = [new SeriesInput { Key = "input", Values = [.. values] }],
                        UptimeAtStart = 1000,
                    }).Results[0];
                    leaks += result.IsLeak ? 1 : 0;
                    rising += result.Class is TrendClass.Rising or TrendClass.Plateau ? 1 : 0;
                }

                Console.WriteLine($"white {white} n {count}: {leaks} leaks, {rising} below 1e-3, of {trials}");
            }
        }

        return 0;
    }

    public static int Run()
    {
        double[][] rows =
        [
            .. Console.In.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray()),
        ];
        TrendResult result = new TrendEngine().Analyze(new HostSeries
        {
            Hours = [.. rows.Select(r => r[0])],
            Series = [new SeriesInput { Key = "input", Values = [.. rows.Select(r => r[1])] }],
        }).Results[0];
        Console.WriteLine(result);
        return 0;
    }
}
