using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.History;

namespace Leakstat.DetectionBench.Fleets;

/// <summary>How one series behaves on the hosts of a fleet.</summary>
internal sealed class SimulatedSeries
{
    private readonly double _level;
    private readonly double _day;
    private readonly double _noise;
    private readonly double _lingers;
    private readonly double _fill;
    private readonly double _drift;
    private readonly double _steps;

    public SimulatedSeries(Chance chance, int number)
    {
        Key = new SeriesKey(SeriesKind.MallocBytes, $"type{number}");
        _level = chance.LogBetween(4 << 20, 512 << 20);
        _day = chance.Happens(0.6) ? chance.Between(0.02, 0.3) : 0;
        _noise = chance.LogBetween(0.005, 0.05);
        _lingers = chance.Between(0, 0.95);
        _fill = chance.Happens(0.3) ? chance.Between(0.1, 0.5) : 0;
        _drift = chance.Happens(0.3) ? chance.Between(0, 0.01) : 0;
        _steps = chance.Happens(0.2) ? chance.Between(0.01, 0.1) : 0;
    }

    /// <summary>Its name.</summary>
    public SeriesKey Key { get; }

    /// <summary>The series on a host, a sample an hour.</summary>
    public SeriesInput On(SimulatedHost host, Chance chance, int samples, double leakPerHour)
    {
        double level = _level * host.Load * chance.LogBetween(0.7, 1.4);
        double phase = chance.Between(-2, 2);
        double lingering = 0;
        double step = 0;
        double own = _drift * chance.Normal() * 0.5;
        ImmutableArray<double>.Builder values = ImmutableArray.CreateBuilder<double>(samples);
        for (int i = 0; i < samples; i++)
        {
            lingering = (_lingers * lingering) + (_noise * Math.Sqrt(1 - (_lingers * _lingers)) * chance.Normal());
            step += _steps > 0 && chance.Happens(0.01) ? _steps * chance.Normal() : 0;
            double uptimeDays = (host.UptimeAtStart + i) / 24;
            double value = level * (1 + (_day * Math.Sin(((i % 24) + phase) * Math.PI / 12)) + lingering + step
                - (_fill * Math.Exp(-uptimeDays / 2)) + (((_drift * host.RoleDrift) + own) * i / 24));
            values.Add(Math.Round(Math.Max(value + (leakPerHour * i), 0) / 16) * 16);
        }

        return new SeriesInput { Key = Key.Name, Values = values.MoveToImmutable(), Quantum = 16 };
    }
}
