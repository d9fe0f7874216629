using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.DetectionBench.Fleets;

/// <summary>
/// A fleet made from a seed, with a leak in one release, patch level, module or build of a module, or with none. Of
/// every host some series are sampled each hour for ten days, with load that has a day, noise that lingers, drifts of
/// the role, and caches that fill after boot; of the others only the slope is drawn.
/// </summary>
internal sealed class SimulatedFleet
{
    private const int Sampled = 30;
    private const int Drawn = 770;
    private const int Samples = 240;

    /// <summary>One leaking host of so many is given to the engine whole.</summary>
    private const int AskedOf = 50;

    /// <summary>Leaks below two pages a day and host are none that anybody looks for.</summary>
    private const double LeastBytesPerDay = 8192;

    private readonly Chance _chance;
    private readonly SimulatedSeries[] _series;
    private readonly SimulatedHost[] _hosts;
    private readonly HostTrait _trait;
    private readonly string _value;
    private int _leaking;
    private double _unit;

    /// <summary>Makes a fleet.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="hosts">Hosts.</param>
    /// <param name="rate">
    /// Rate of the leak by the standard deviation of the slopes of its series on hosts without it; 0 for none.
    /// </param>
    public SimulatedFleet(ulong seed, int hosts, double rate)
    {
        _chance = new Chance(seed);
        SimulatedTraits traits = new(_chance);
        _series = [.. Enumerable.Range(0, Sampled).Select(i => new SimulatedSeries(_chance, i))];
        _hosts = [.. Enumerable.Range(0, hosts).Select(i => traits.Host(_chance, i))];
        (_trait, _value) = traits.Cause(_chance, _hosts);
        _leaking = _chance.Below(Sampled);
        Rate = rate;
    }

    /// <summary>
    /// Whether a third of the hosts was upgraded before its captures and another third booted; a leak is in the upgrade.
    /// </summary>
    public bool Upgrades { get; init; }

    /// <summary>Rate of the leak in standard deviations.</summary>
    public double Rate { get; }

    /// <summary>The series that leaks.</summary>
    public SeriesKey Leaking => _series[_leaking].Key;

    /// <summary>What the leak is in.</summary>
    public string Cause => $"{_trait.Kind} {_trait.Name} {_value}";

    /// <summary>Hosts that leak.</summary>
    public int Concerned => Rate > 0 ? _hosts.Index().Count(h => Has(h.Item, h.Index)) : 0;

    /// <summary>Leaking hosts whose engine was asked, and those of them on which it named the leak.</summary>
    public (int Asked, int Shown) Alone { get; private set; }

    /// <summary>The fleet as it is judged.</summary>
    public FleetReport Judge()
    {
        if (Rate > 0)
        {
            _unit = SlopeDeviation();
            for (int tries = 0; tries < Sampled && Rate * _unit < LeastBytesPerDay; tries++)
            {
                _leaking = (_leaking + 1) % Sampled;
                _unit = SlopeDeviation();
            }
        }

        return FleetReport.Of([.. _hosts.Select((h, i) => Host(h, i))], []);
    }

    /// <summary>Whether a separation names what the leak is in, or what parts the hosts just as it does.</summary>
    public bool IsNamed(Separation separation) =>
        Upgrades ? separation.Traits[0].Trait.Kind == TraitKind.Upgrade : separation.Traits.Contains((_trait, _value));

    private bool Has(SimulatedHost host, int number) =>
        Upgrades ? number % 3 == 0 : host.Traits.Of(_trait) == _value;

    /// <summary>What came before the upgrade or the boot: the same host without the leak, up for longer.</summary>
    private HostUpgrade? Before(SimulatedHost host, int number, Dictionary<string, SeriesKey> keys)
    {
        if (!Upgrades || number % 3 == 2)
        {
            return HostUpgrade.None;
        }

        ImmutableArray<SeriesSlope> slopes = SeriesSlope.Of(Series(host, 0), 0, Samples - 1, keys);
        return new HostUpgrade(
            number % 3 == 0 ? "14.2-RELEASE" : null,
            [
                .. slopes.Concat(Enumerable.Range(0, Drawn).Select(i => Draw(host, i)))
                    .Select(s => (s.Key, s.BytesPerDay)),
            ]);
    }

    private FleetHost Host(SimulatedHost host, int number)
    {
        bool leaks = Rate > 0 && Has(host, number);
        Dictionary<string, SeriesKey> keys = _series.ToDictionary(s => s.Key.Name, s => s.Key);
        HostUpgrade? before = Before(host, number, keys);
        host = Upgrades && number % 3 != 2 ? host with { UptimeAtStart = 1 } : host;
        HostSeries series = Series(host, leaks ? Rate * _unit / 24 : 0);
        ImmutableArray<SeriesSlope> slopes = SeriesSlope.Of(series, 0, Samples - 1, keys);
        if (leaks && number % AskedOf == 0)
        {
            TrendResult alone = new TrendEngine().Analyze(series).Results[_leaking];
            Alone = (Alone.Asked + 1, Alone.Shown + (alone.IsLeak || alone.Class == TrendClass.Suspect ? 1 : 0));
        }

        return new FleetHost
        {
            Number = number,
            Label = host.Name,
            Identity = new HostIdentity { Name = host.Name, UptimeSeconds = (long)((host.UptimeAtStart + Samples) * 3600) },
            Captures = Samples,
            Verdict = HostVerdict.NotJudged with { State = VerdictState.Fine, Growth = GrowthSight.Judged },
            Findings = [],
            Traits = host.Traits,
            Upgrade = before,
            Slopes = [.. slopes, .. Enumerable.Range(0, Drawn).Select(i => Draw(host, i))],
        };
    }

    private HostSeries Series(SimulatedHost host, double leakPerHour) => new()
    {
        Hours = [.. Enumerable.Range(0, Samples).Select(i => (double)i)],
        UptimeAtStart = host.UptimeAtStart,
        PhysicalBytes = 64L << 30,
        Series =
        [
            .. _series.Select((s, i) => s.On(host, _chance, Samples, i == _leaking ? leakPerHour : 0)),
        ],
    };

    /// <summary>
    /// A slope of a series that nothing is wrong with: tails as heavy as measured ones, and the role's drift.
    /// </summary>
    private SeriesSlope Draw(SimulatedHost host, int number)
    {
        double scale = 1000 * (1 + (number % 17));
        double drift = number % 5 == 0 ? host.RoleDrift * scale : 0;
        double early = (scale * Tailed()) + drift, late = (scale * Tailed()) + drift;
        return new SeriesSlope(
            new SeriesKey(SeriesKind.ZoneUsed, number.ToString(CultureInfo.InvariantCulture)),
            (early + late) / 2,
            early,
            late);
    }

    private double Tailed() => _chance.Normal() / Math.Sqrt(_chance.Between(0.15, 1));

    /// <summary>
    /// Standard deviation of the slopes of the leaking series without the leak, bytes per day, by its quartiles.
    /// </summary>
    private double SlopeDeviation()
    {
        Dictionary<string, SeriesKey> key = new() { [Leaking.Name] = Leaking };
        double[] slopes =
        [
            .. _hosts.Take(100).Select(h => SeriesSlope.Of(Series(h, 0), 0, Samples - 1, key)[0].BytesPerDay).Order(),
        ];
        return (slopes[slopes.Length * 3 / 4] - slopes[slopes.Length / 4]) / 1.349;
    }
}
