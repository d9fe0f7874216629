namespace Leakstat.DetectionBench;

/// <summary>What a host is asked to do over time: its day, its week, and its moods. Around 1.</summary>
internal sealed class Load
{
    private readonly double _day, _week, _phase, _sharpness, _quiet;

    public Load(Chance chance, Clock clock, double day, double week, int lengths)
    {
        (_day, _week) = (day, week);
        _phase = chance.Between(0, 24);
        _sharpness = chance.Of(1.0, 2.0, 3.0);
        _quiet = chance.Between(0.3, 0.8);
        int count = clock.Count * lengths;
        Whole = new double[count];
        double mood = 0, step = clock.Step;
        double keep = Math.Exp(-step / chance.LogBetween(0.5, 12)), spread = chance.Between(0.01, 0.05);
        for (int i = 0; i < count; i++)
        {
            mood = (keep * mood) + (Math.Sqrt(1 - (keep * keep)) * spread * chance.Normal());
            Whole[i] = Math.Max(Shape(i * step) * (1 + mood), 0.01);
        }

        Values = Whole[..clock.Count];
    }

    /// <summary>At each sample.</summary>
    public double[] Values { get; }

    /// <summary>At each sample and on after the last.</summary>
    public double[] Whole { get; }

    private double Shape(double hours)
    {
        double sun = Math.Pow((1 + Math.Cos(2 * Math.PI * (hours - _phase) / 24)) / 2, _sharpness);
        double weekday = ((hours + 24) % 168) < 48 ? 1 - (_week * (1 - _quiet)) : 1;
        return 1 + (_day * sun * weekday) - (_week * (1 - weekday));
    }
}
