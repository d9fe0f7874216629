using System.Globalization;
using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>Judges one series from standard input: lines of hours and value.</summary>
internal static class Try
{
    /// <summary>
    /// Times hosts of 800 series with 1,440 samples, one thread, and one series of 10,000, in processor time.
    /// </summary>
    public static int Speed(RealRow[][] tables, ulong seed)
    {
        const int hosts = 20;
        HostSeries[] some =
        [
            .. Enumerable.Range(0, hosts).Select(i =>
            {
                var chance = new Chance(seed + (ulong)i);
                Clock clock = Clock.Regular(1 / 60.0, 1440);
                return new Background(chance, clock, tables[i % tables.Length], 0.5, 0.2).Build(1000);
            }),
        ];
        var engine = new TrendEngine();
        engine.Analyze(some[0]);
        TimeSpan began = Environment.CpuUsage.TotalTime;
        foreach (HostSeries host in some)
        {
            engine.Analyze(host);
        }

        double seconds = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
        int series = some.Sum(h => h.Series.Length);
        int moving = some.Sum(h => h.Series.Count(s => s.Values.AsSpan().IndexOfAnyExcept(s.Values[0]) >= 0));
        Console.WriteLine(
            $"{series} series of 1,440 samples, {moving} of them moving: {seconds * 1e6 / series:0} µs each; "
                + $"800,000 on two threads: {seconds / series * 800000 / 2:0} s");

        var noise = new Chance(seed);
        HostSeries one = new()
        {
            Hours = [.. Enumerable.Range(0, 10000).Select(i => i / 60.0)],
            Series =
                [new SeriesInput { Key = "one",
                Values = [.. Shapes.Noise(noise, 10000, 50, 0.5).Plus(1000).Counted()] }],
        };
        engine.Analyze(one);
        began = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < 500; i++)
        {
            engine.Analyze(one);
        }

        Console.WriteLine(
            "one series of 10,000 samples: "
                + $"{(Environment.CpuUsage.TotalTime - began).TotalMilliseconds / 500:0.00} ms");
        double[] values = [.. one.Series[0].Values];
        began = Environment.CpuUsage.TotalTime;
        long sum = 0;
        for (int i = 1; i < values.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += Math.Sign(values[i] - values[j]);
            }
        }

        Console.WriteLine(
            $"Mann–Kendall of all its pairs (S = {sum}): "
                + $"{(Environment.CpuUsage.TotalTime - began).TotalMilliseconds:0} ms");
        return 0;
    }

    /// <summary>
    /// Counts leaks found where there is only noise: random walks, with and without white noise on top.
    /// </summary>
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
                    double[] values = Shapes.Walk(chance, count, 100000, 10)
                        .Plus(Shapes.Noise(chance, count, 10 * white, 0)).Counted();
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
