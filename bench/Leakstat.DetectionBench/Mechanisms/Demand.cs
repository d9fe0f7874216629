namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>
/// What is asked of a host at a time, 1 in the mean of its busy hours: by hour of day and day of week, with moods that
/// last hours, incidents, and growth.
/// </summary>
internal class Demand
{
    // Shares of the busiest hour by hour of day: an office, evenings at home, a service of the world, work done at
    // night.
    private static readonly double[][] Days =
    [
        [.05, .04, .04, .04, .05, .08, .2, .5, .85, 1, 1, .95, .75, .9, 1, .95, .85, .6, .35, .25, .2, .15, .1, .07],
        [.3, .18, .1, .08, .07, .08, .12, .2, .28, .33, .37, .4, .45, .45, .45, .5, .55, .65, .8, .95, 1, .95, .75, .5],
        [.7, .66, .63, .62, .65, .7, .75, .82, .9, .95, 1, .98, .95, .95, .97, 1, 1, .97, .95, .92, .9, .86, .8, .75],
        [1, 1, .9, .7, .4, .2, .1, .1, .1, .12, .12, .1, .1, .1, .1, .1, .12, .1, .1, .1, .15, .3, .6, .9],
    ];

    private readonly double[] _day;
    private readonly double _weekend, _zone, _keep, _spread, _flat;
    private double _mood, _incident, _last = double.NaN;
    private readonly Chance _chance;
    private readonly double _incidents;

    public Demand(Chance chance, double start)
    {
        _chance = chance;
        _day = chance.Of(Days);
        _weekend = chance.Of(1, 0.9, 0.5, 0.2);
        _zone = chance.Below(24);
        _keep = chance.LogBetween(1, 20);
        _spread = chance.LogBetween(0.03, 0.3);
        _flat = chance.Of(0, 0, 0.3, 0.8, 1);
        _incidents = chance.Of(0, 0, 1 / 100.0, 1 / 30.0);
        _mood = _spread * chance.Normal();
        Start = start;
    }

    /// <summary>Hour of the week of the first sample.</summary>
    public double Start { get; }

    /// <summary>
    /// By how much demand has grown at a time, hours from the first sample; 1 where it does not grow.
    /// </summary>
    public Func<double, double> Growth { get; set; } = _ => 1;

    /// <summary>Hour of day, 0 to 24, where the users are.</summary>
    public double HourOfDay(double hours) => (((Start + _zone + hours) % 24) + 24) % 24;

    /// <summary>Day of the week, 0 Monday to 6 Sunday.</summary>
    public int DayOfWeek(double hours) => (int)Math.Floor((Start + _zone + hours + 168) / 24) % 7;

    /// <summary>Without moods and incidents.</summary>
    public virtual double Planned(double hours)
    {
        double hour = HourOfDay(hours);
        int at = (int)hour;
        double shape = _day[at] + ((hour - at) * (_day[(at + 1) % 24] - _day[at]));
        double weekday = DayOfWeek(hours) >= 5 ? _weekend : 1;
        return ((_flat * 0.6) + ((1 - _flat) * shape * weekday)) * Growth(hours);
    }

    /// <summary>As it comes; ask in order of time, once for each.</summary>
    public virtual double Next(double hours)
    {
        double passed = double.IsNaN(_last) ? 0 : Math.Max(hours - _last, 0);
        _last = hours;
        double keep = Math.Exp(-passed / _keep);
        _mood = (keep * _mood) + (Math.Sqrt(1 - (keep * keep)) * _spread * _chance.Normal());
        _incident *= Math.Exp(-passed / 0.7);
        if (_chance.Happens(passed * _incidents))
        {
            _incident += _chance.LogBetween(0.5, 6);
        }

        return Planned(hours) * Math.Exp(_mood) * (1 + _incident);
    }
}
