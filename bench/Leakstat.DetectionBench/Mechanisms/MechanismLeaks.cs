using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>Defects of each class, put into a machine that is otherwise healthy.</summary>
internal sealed class MechanismLeaks(Chance chance, Machine machine, Machine twin, string named)
{
    private readonly double _last = machine.Time.Last;
    private Part[] _lost = [];
    private double _start;
    private bool _isPages;

    /// <summary>Adds the defect of a class; gives the truth once the machine has run.</summary>
    public Func<HostTruth> Add()
    {
        _start = chance.Happens(0.3) ? 0 : chance.Between(0, 0.4) * _last;
        switch (named)
        {
            case LeakClass.Steady or LeakClass.Slow or LeakClass.Deploy or LeakClass.Rebooted
                or LeakClass.WeekPart or LeakClass.Type:
                Share();
                break;
            case LeakClass.Pair:
                Pair();
                break;
            case LeakClass.Steps:
                Events();
                break;
            case LeakClass.Nightly:
                Nightly();
                break;
            case LeakClass.FastOver:
                FastOver();
                break;
            case LeakClass.CrashLoop:
                CrashLoop();
                break;
            case LeakClass.Pages:
                Pages();
                break;
            default:
                Sawtooth();
                break;
        }

        return Truth;
    }

    private bool IsOn(double hours) => hours >= _start;

    // A share of the arrivals of something that the host does anyway is never freed.
    private void Share()
    {
        Population victim = Victim();
        MemoryRow[] rows = Rows(victim);
        _lost = [.. victim.Parts.Where(p => rows.Contains(p.Row))];
        Func<double, bool> when = IsOn;
        if (named == LeakClass.Rebooted)
        {
            _start = chance.Between(0, 0.15) * _last;
            machine.Reboots.Add(machine.Time.Hours(machine.Time.Count - 1 - chance.Below(20)) - 1e-6);
        }

        if (named == LeakClass.Deploy)
        {
            _start = chance.Between(0.25, 0.65) * _last;
            double more = chance.LogBetween(1.05, 2);
            machine.Changes.Add((_start, () => victim.PerHour *= more));
        }

        if (named == LeakClass.WeekPart)
        {
            when = hours => IsOn(hours) && PartOfWeek(hours);
        }

        // From leaks that show late in the history to those that show after a small part of it.
        double ratio = named switch
        {
            LeakClass.Slow => chance.LogBetween(2, 4),
            LeakClass.Rebooted => chance.LogBetween(4, 25),
            _ => chance.LogBetween(2, 25),
        };
        MemoryRow row = _lost.MaxBy(p => p.Items * p.Row.Size).Row;
        double perHour = PerHour(row, ratio) / _lost.First(p => p.Row == row).Items;
        double arrivals = Mean(h => when(h) ? (victim.Follows ?? machine.Main).Planned(h) : 0) * victim.PerHour;
        machine.Leaks.Add(new Loss(_lost, perHour < 0.5 * arrivals
            ? Losses.ShareOf(chance, victim, perHour / arrivals, when)
            : Losses.Paced(chance, perHour, when)));
    }

    private bool _weekend, _night;

    private bool PartOfWeek(double hours)
    {
        int day = machine.Main.DayOfWeek(hours);
        double hour = machine.Main.HourOfDay(hours);
        return _night ? hour is < 6 or > 21 : day >= 5 == _weekend;
    }

    private void Pair()
    {
        Population pair = machine.Populations.First(p => p.Name == "pairs");
        _lost = pair.Parts;
        double perHour = PerHour(_lost[1].Row, chance.LogBetween(2, 20)) / _lost[1].Items;
        double share = Math.Min(perHour / (Mean(h => (pair.Follows ?? machine.Main).Planned(h)) * pair.PerHour), 0.9);
        machine.Leaks.Add(new Loss(_lost, Losses.ShareOf(chance, pair, share, IsOn)));
    }

    // A link that flaps, a path that is taken on an error: each time everything that waited is lost.
    private void Events()
    {
        _lost = Few(Victim());
        double left = _last - _start, count = chance.LogBetween(9, 45), each = Bytes() / count / BytesEach();
        bool storms = chance.Happens(0.3);
        double spread = chance.Between(0, 1);
        machine.Leaks.Add(new Loss(_lost, Losses.Events(
            chance, count / left, () => Math.Max(each * (1 - spread + (spread * chance.Exponential())), 1),
            storms ? h => IsOn(h) && (int)(h / (left / 12)) % 3 != 1 : IsOn)));
    }

    private void Nightly()
    {
        _lost = Few(Victim());
        _start = chance.Between(0, 0.25) * _last;
        bool weekdays = chance.Happens(0.2);
        double nights = (_last - _start) / 24, each = Math.Max(Bytes() / nights / BytesEach(), 2),
            spread = chance.LogBetween(0.02, 0.4);
        machine.Leaks.Add(new Loss(_lost, Losses.Job(
            machine.Main, chance.Of(0.5, 1, 3, 3, 4.5, 22), day => !weekdays || day < 5, chance.Of(0, 0.2, 1, 3),
            () => each * Math.Max(1 + (spread * chance.Normal()), 0.1), IsOn)));
    }

    private void FastOver()
    {
        _lost = Few(Victim());
        double lasts = Math.Max(chance.LogBetween(1, 24), 3 * machine.Time.Step);
        _start = chance.Between(0.1, 0.85) * (_last - lasts);
        double perHour = machine.Memory * chance.LogBetween(0.05, 0.5) / BytesEach() / lasts, end = _start + lasts;
        machine.Leaks.Add(new Loss(_lost, Losses.Paced(chance, perHour, h => h >= _start && h < end)));
    }

    private void CrashLoop()
    {
        _lost = Few(Victim());
        _start = chance.Happens(0.5) ? 0 : chance.Between(0, 0.3) * _last;
        machine.HangsAt = chance.Between(0.75, 0.95);
        double boots = chance.Between(2.3, 5.5), lasts = (_last - _start) / boots;
        double perHour = machine.Memory * Math.Max(machine.HangsAt - Share(twin.Wired.Max()),
            0.1) / BytesEach() / lasts;
        double mean = Mean(machine.Main.Planned);
        machine.Leaks.Add(new Loss(_lost, chance.Below(3) switch
        {
            0 => Losses.Paced(chance, perHour, IsOn),
            1 => Losses.Events(chance, 14 / lasts, () => perHour * lasts / 14 * chance.Exponential(), IsOn),
            _ => now => IsOn(now.Hours) ? Math.Round(perHour / mean * now.Demand * now.Step) : 0,
        }));
        double Share(long pages) => pages * 4096.0 / machine.Memory;
    }

    // A driver that takes whole pages and forgets them: contigmalloc, bus_dma, GPU objects.
    private void Pages()
    {
        _isPages = true;
        double bytes = chance.LogBetween(0.04, 0.4) * machine.Memory, each = chance.Of(1, 1, 2, 4, 16, 256),
            left = _last - _start;
        double perHour = bytes / 4096 / each / left, mean = Mean(machine.Main.Planned);
        machine.Leaks.Add(new Loss([], chance.Below(3) switch
        {
            0 => Losses.Paced(chance, perHour, IsOn),
            1 => Losses.Events(chance, 25 / left, () => perHour * left / 25 * chance.Exponential(), IsOn),
            _ => now => IsOn(now.Hours) ? chance.Poisson(perHour / mean * now.Demand * now.Step) : 0,
        })
        { Pages = each });
    }

    // What is kept for reuse is dropped again and again, by a timer or under pressure, but for what was lost meanwhile.
    private void Sawtooth()
    {
        KeyCache cache = machine.Caches.First(c => c.Name == "kept");
        _lost = [cache.Parts[0]];
        _start = 0;
        double period = _last / chance.Between(8, 40), height = cache.Lookups * Mean(cache.Follows.Planned) * period;
        for (double at = chance.Between(0, 1) * period; at < _last; at += period * chance.Between(0.7, 1.3))
        {
            machine.Changes.Add((at, cache.Clear));
        }

        double perHour = height * chance.LogBetween(0.06, 0.4) / period;
        machine.Leaks.Add(new Loss(_lost, now => chance.Poisson(perHour * now.Demand * now.Step)));
    }

    // What leaks: what the host does anyway, or what one of its drivers does.
    private Population Victim()
    {
        Population driver = machine.Populations.First(p => p.Name == (named == LeakClass.Type ? "requests by type"
            : "requests"));
        (_weekend, _night) = (chance.Happens(0.4), chance.Happens(0.3));
        if (named == LeakClass.Type || (named != LeakClass.Slow && chance.Happens(0.5)))
        {
            return driver;
        }

        // Under noise: among objects of which enough live that they make some.
        double least = named == LeakClass.Slow ? 60 : 0;
        Population[] others =
        [
            .. machine.Populations.Where(p => p.PerHour >= 20 && p.PerHour * p.Lives.Mean < 1e6
                && p.PerHour * p.Lives.Mean >= least
                && p.Parts.Any(q => MayLeak(q))),
        ];
        return others.Length > 0 ? chance.Of(others) : driver;
    }

    // All that goes with an object, or one part of it.
    private MemoryRow[] Rows(Population victim)
    {
        MemoryRow[] all = [.. victim.Parts.Where(p => p.Items >= 0.5 && MayLeak(p)).Select(p => p.Row)];
        return chance.Happens(0.4) && all.Length > 0 ? all
            : [chance.Of([.. victim.Parts.Where(p => p.Items > 0 && MayLeak(p))]).Row];
    }

    private static bool MayLeak(Part part) => OwnerChoice.MayLeak(part.Row.Name, part.Row.Size);

    private Part[] Few(Population victim)
    {
        MemoryRow[] rows = Rows(victim);
        return [.. victim.Parts.Where(p => rows.Contains(p.Row))
            .Select(p => p with { Items = Math.Max(Math.Round(p.Items), 1) })];
    }

    private double BytesEach() => _lost.Sum(p => p.Items * p.Row.Size);

    // Bytes lost over the history: from what only a tool sees to what ends the host.
    private double Bytes() => chance.LogBetween(Math.Max(1 << 16, 60 * BytesEach()), 0.12 * machine.Memory);

    private double Mean(Func<double, double> demand) =>
        Enumerable.Range(0, 400).Average(k => demand(_start + ((_last - _start) * (k + 0.5) / 400)));

    // Units an hour at which what is left of the history is so many times the earliest possible time to detect.
    private double PerHour(MemoryRow row, double ratio)
    {
        double left = Math.Max(_last - _start, 13 * machine.Time.Step);
        double perHour = EarliestDetection.Slope(Noise(twin.Find(row.Name, row.IsZone)!), machine.Time.Step,
            left / ratio);
        double least = 40 / left, most = 0.2 * machine.Memory / row.Size / left;

        // Where nothing moves any loss shows; then its size is left to chance: a part of what is there, or of memory.
        if (perHour < least)
        {
            perHour = chance.Happens(0.5) ? chance.LogBetween(least, Math.Max(most / 4, least * 2))
                : row.AtBoot * chance.LogBetween(0.15, 6) / left;
        }

        return Math.Clamp(perHour, Math.Min(least, most), most);
    }

    private static double[] Noise(MemoryRow row) => [.. row.Used.Select((u, i) => u - row.LostAt[i])];

    private HostTruth Truth()
    {
        if (_isPages)
        {
            return new HostTruth
            {
                Class = named,
                Culprits = [new("wired", "unaccounted")],
                Start = _start,
                BytesLost = machine.PagesLostAt[^1] * 4096.0,
            };
        }

        Part[] parts = [.. _lost.OrderByDescending(p => p.Items * p.Row.Size)];
        MemoryRow row = parts[0].Row;
        double lost = row.LostAt[^1], hours = _last - _start;
        bool steady = named is LeakClass.Steady or LeakClass.Type or LeakClass.Pair;
        return new HostTruth
        {
            Class = named,
            Culprits = [.. parts.Select(p => p.Row.Owner)],
            Companions = [.. parts.Select(p => p.Row.Bucket).OfType<MemoryRow>().Select(b => b.Owner)],
            Start = _start,
            BytesPerHour = steady ? lost * row.Size / hours : double.NaN,
            Limit = steady && lost > 0 ? EarliestDetection.Hours(Noise(row), machine.Time.Step, lost / hours)
                : double.NaN,
            BytesLost = parts.Sum(p => p.Row.LostAt.Max() * p.Row.Size),
        };
    }
}
