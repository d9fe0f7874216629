using System.Collections.Immutable;
using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>
/// A host without anything special: the rows of a real one, some of them moving as healthy series do.
/// </summary>
internal sealed class Background
{
    private readonly Chance _chance;
    private readonly Clock _clock;
    private readonly SortedDictionary<string, SeriesInput> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double[]> _values = new(StringComparer.Ordinal);

    public Background(Chance chance, Clock clock, RealRow[] rows, double day, double week)
    {
        (_chance, _clock, Rows) = (chance, clock, rows);
        Load = new Load(chance, clock, day, week, 4);
        Counters =
        [
            Counter("processes", 80, 0.5), Counter("sockets", 200, 1), Counter("open files", 900, 0.8),
            Counter("vnodes", 30000, 0.2),
        ];
        foreach (RealRow row in rows)
        {
            Add(row);
        }
    }

    public RealRow[] Rows { get; }

    public Load Load { get; }

    public List<(string Name, double[] Values)> Counters { get; }

    public double[] this[string key] => _values[key];

    public static string Key(RealRow row) => (row.IsZone ? "zone " : "malloc ") + row.Name;

    public static string Bytes(RealRow row) => (row.IsZone ? "zone bytes " : "bytes ") + row.Name;

    public void Set(
        string key, double[] values, SeriesRole role = SeriesRole.Live, double bytes = 1, double quantum = 1,
        SeriesBound? bound = null, bool isSigned = false)
    {
        _values[key] = values;
        _series[key] = new SeriesInput
        {
            Key = key,
            Role = role,
            BytesPerUnit = bytes,
            Quantum = quantum,
            Bound = bound,
            IsSigned = isSigned,
        };
    }

    /// <summary>Adds to what a row uses, in all the series that show it; gives their keys.</summary>
    public string[] Grow(RealRow row, double[] items, SeriesBound? bound = null)
    {
        string key = Key(row);
        double[] used = _values[key].Plus(items).Counted();
        Set(key, used, SeriesRole.Live, row.Size, 1, bound);
        string bytes = Bytes(row);
        Set(bytes, used.Times(row.Size), SeriesRole.Live, 1, row.Size, bound is null ? null
            : bound with { Value = bound.Value * row.Size });
        var keys = new List<string> { key, bytes };
        if (!row.IsZone)
        {
            string? bucket = Rows.Where(r => r.IsZone && r.Name.StartsWith("malloc-", StringComparison.Ordinal)
                && r.Size >= row.Size)
                .MinBy(r => r.Size)?.Name;
            if (bucket is not null)
            {
                RealRow zone = Rows.First(r => r.IsZone && r.Name == bucket);
                Set("zone " + bucket, _values["zone " + bucket].Plus(items).Counted(), SeriesRole.Aggregate, zone.Size);
                keys.Add("zone " + bucket);
            }
        }

        return [.. keys];
    }

    /// <summary>A row to do something with: any, or one that has not moved.</summary>
    public RealRow Pick(bool still = false)
    {
        RealRow[] rows = [.. Rows.Where(r => (!still || !r.Moves) && r.Size is >= 16 and <= 16384
            && !r.Name.StartsWith("malloc-", StringComparison.Ordinal))];
        return rows[_chance.Below(rows.Length)];
    }

    /// <summary>Adds the accounts of the ledger.</summary>
    public void AddAccounts()
    {
        const double page = 4096;
        double[] Pages(double level, double spread, double correlation) =>
            [.. Shapes.Noise(_chance, _clock.Count, spread, correlation).Plus(level).Counted().Times(page)];
        Set("account wired", Pages(400000, 3000, 0.95), SeriesRole.Aggregate, 1, page);
        Set("account unaccounted", [.. Shapes.Noise(_chance, _clock.Count, _chance.LogBetween(50, 2000), 0.5)
            .Select(x => Math.Round(x + 500) * page)], SeriesRole.Live, 1, page, null, true);
        Set("account page tables", Pages(6000, 80, 0.9), SeriesRole.Live, 1, page);
        Set("account active", Load.Values.Times(200000).Plus(Shapes.Noise(_chance, _clock.Count, 5000, 0.9)).Counted()
            .Times(page), SeriesRole.Elastic, 1, page);
        Set("account free", Pages(900000, 9000, 0.97), SeriesRole.Reserve, 1, page);
        Set("account arc", Pages(300000, 3000, 0.97), SeriesRole.Elastic, 1, page);
    }

    public HostSeries Build(double uptime) => new()
    {
        Hours = [.. _clock.Hours],
        UptimeAtStart = uptime,
        Series = [.. _series.Values.Select(s => s with { Values = ImmutableArray.Create(_values[s.Key]) })],
        Counters = [.. Counters.Select(c => new ExplainingCounter(c.Name, [.. c.Values]))],
    };

    private (string, double[]) Counter(string name, double level, double share)
    {
        double[] noise = Shapes.Noise(_chance, _clock.Count, level * 0.01, 0.8);
        return (name,
            [.. Load.Values.Select((l, i) => Math.Max(Math.Round((level * (1 - share + (share * l))) + noise[i]), 1))]);
    }

    private void Add(RealRow row)
    {
        int count = _clock.Count;
        double[] used;
        if (!row.Moves)
        {
            used = new double[count];
            Array.Fill(used, row.Used);
        }
        else
        {
            double spread = Math.Max(Math.Sqrt(row.Used) * _chance.LogBetween(0.2, 3), 0.3);
            used = _chance.Below(6) switch
            {
                0 or 1 => Shapes.Noise(_chance, count, spread, _chance.Between(0, 0.9)),
                2 or 3 => Load.Values.Plus(-1).Times(row.Used * _chance.Between(0.1, 0.8))
                    .Plus(Shapes.Noise(_chance, count, spread, 0.3)),
                4 => Shapes.Walk(_chance, count, row.Used, spread / 10).Plus(-row.Used),
                _ => Shapes.Steps(_chance, _clock.Hours, _chance.Below(4), spread * 3),
            };
            used = used.Plus(row.Used).Counted();
        }

        bool bucket = row.IsZone && row.Name.StartsWith("malloc-", StringComparison.Ordinal);
        Set(Key(row), used, bucket ? SeriesRole.Aggregate : SeriesRole.Live, row.Size);
        Set(Bytes(row), used.Times(row.Size), bucket ? SeriesRole.Aggregate : SeriesRole.Live, 1, row.Size);
        if (row.IsZone)
        {
            double[] free = row.Moves
                ? Shapes.Noise(_chance, count, 1 + (row.Free / 4), 0.7).Plus(row.Free).Counted()
                : [.. Enumerable.Repeat(row.Free, count)];
            Set("free " + row.Name, free, SeriesRole.Reserve, row.Size);
        }
    }
}
