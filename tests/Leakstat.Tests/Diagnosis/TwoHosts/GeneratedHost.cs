using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.TwoHosts;

/// <summary>
/// A host whose series follow written-down formulas: warm-up to a level, noise that remembers, and what a test adds. Two
/// of them with one seed have the same zones; their noise differs.
/// </summary>
internal sealed class GeneratedHost
{
    private static readonly DateTimeOffset Boot = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<SeriesKey, (Func<double, double> Bytes, long ItemSize, double Noise)> _series = [];
    private readonly Random _noise;

    /// <summary>A host with so many ordinary types that warm up.</summary>
    /// <param name="seed">Seed of the types.</param>
    /// <param name="noise">Seed of the noise.</param>
    /// <param name="types">Number of types.</param>
    /// <param name="size">Factor of every level: a host with more memory fills more.</param>
    public GeneratedHost(int seed, int noise, int types = 60, double size = 1)
    {
        _noise = new Random(noise);
        var random = new Random(seed);
        for (int i = 0; i < types; i++)
        {
            double level = Math.Exp(random.NextDouble() * 9) * 4096;
            double tau = 0.5 + (40 * random.NextDouble());
            double swing = random.NextDouble() * 0.02;
            _series[new SeriesKey(SeriesKind.MallocBytes, $"type{i}")] =
                (hours => size * level * (0.2 + (0.8 * (1 - Math.Exp(-hours / tau)))), 1, size * level * swing);
        }
    }

    /// <summary>Uptime of the first sample, hours.</summary>
    public double From { get; init; } = 0.5;

    /// <summary>Hours between samples.</summary>
    public double Step { get; init; } = 0.5;

    /// <summary>Number of samples.</summary>
    public int Samples { get; init; } = 96;

    /// <summary>Whether captures tell when the host was booted.</summary>
    public bool KnowsUptime { get; init; } = true;

    /// <summary>Host name.</summary>
    public string Name { get; init; } = "host";

    /// <summary>Release.</summary>
    public string Release { get; init; } = "14.2-RELEASE";

    /// <summary>Physical memory, bytes.</summary>
    public long Memory { get; init; } = 16L << 30;

    /// <summary>Adds a malloc type.</summary>
    public GeneratedHost Type(string name, Func<double, double> bytes, double noise = 0)
    {
        _series[new SeriesKey(SeriesKind.MallocBytes, name)] = (bytes, 1, noise);
        return this;
    }

    /// <summary>Adds a zone.</summary>
    public GeneratedHost Zone(string name, Func<double, double> items, long itemSize)
    {
        _series[new SeriesKey(SeriesKind.ZoneUsed, name)] = (items, itemSize, 0);
        return this;
    }

    /// <summary>Adds a counter of load.</summary>
    public GeneratedHost Counter(string name, Func<double, double> level, double noise = 0)
    {
        _series[new SeriesKey(SeriesKind.Counter, name)] = (level, 0, noise);
        return this;
    }

    /// <summary>The case that rules see.</summary>
    public DiagnosisCase Case()
    {
        double[] hours = [.. Enumerable.Range(0, Samples).Select(i => From + (i * Step))];
        ImmutableArray<Sample> samples =
        [
            .. hours.Select((h, i) => new Sample(
                $"{Name}/{i:000}", Boot.AddHours(h), null, KnowsUptime ? (long)Math.Round(h * 3600) : null, 0)),
        ];
        var history = new HostHistory(samples, [.. _series.Select(s => Made(s.Key, hours, s.Value))], []);
        Capture latest = Given.Capture(
            ("uname.txt", $"FreeBSD {Name} {Release} FreeBSD {Release} GENERIC amd64\n"),
            ("sysctl.txt", $"kern.osrelease: {Release}\nhw.physmem: {Memory}\nhw.realmem: {Memory}\nkern.hostname: {Name}\n"));
        return new DiagnosisCase(latest, LedgerBuilder.From(latest), history, BuiltInKnowledge.Load(), InputReport.Clean)
        {
            Trends = TrendAnalysis.Of(history, latest),
        };
    }

    private Series Made(SeriesKey key, double[] hours, (Func<double, double> Value, long ItemSize, double Noise) by)
    {
        long?[] values = new long?[hours.Length];
        double lasting = 0;
        for (int i = 0; i < hours.Length; i++)
        {
            lasting = (0.6 * lasting) + (by.Noise * 0.8 * Normal());
            double value = Math.Max(by.Value(hours[i]) + lasting, 0);
            values[i] = key.Kind == SeriesKind.MallocBytes ? (long)(value / 16) * 16 : (long)value;
        }

        return new Series(key, values, by.ItemSize);
    }

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _noise.NextDouble())) * Math.Cos(2 * Math.PI * _noise.NextDouble());
}
