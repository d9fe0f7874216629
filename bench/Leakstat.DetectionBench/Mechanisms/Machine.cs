namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>A host that runs: rows of memory, what lives in them, what is lost, boots, and pages that add up.</summary>
internal sealed class Machine
{
    private const long Page = 4096;
    private readonly Chance _chance;
    private readonly Dictionary<(string, bool), MemoryRow> _rows = [];
    private readonly List<MemoryRow> _order = [];
    private double _pagesLost, _sinceBoot, _spike;
    private DateTimeOffset _booted;

    public Machine(Chance chance, Timetable time, RealRow[] rows, double memory, double uptime)
    {
        (_chance, Time, Memory) = (chance, time, memory);
        Main = new Demand(chance, (time.Times[0] - new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero)).TotalHours);
        (_sinceBoot, _booted) = (uptime, time.Times[0].AddHours(-uptime));
        foreach (RealRow row in rows)
        {
            MemoryRow made = Row(row.Name, row.IsZone, (long)row.Size);
            (made.AtBoot, made.FreeAtBoot, made.BytesAtBoot) = (row.Used, row.Free, row.Used * row.Size);
        }

        int n = time.Count;
        (Wired, Active, Inactive, FreePages, Arc) = (new long[n], new long[n], new long[n], new long[n], new long[n]);
        BootedAt = new DateTimeOffset[n];
    }

    public Timetable Time { get; }

    public double Memory { get; }

    public Demand Main { get; }

    public List<Population> Populations { get; } = [];

    public List<KeyCache> Caches { get; } = [];

    public List<Loss> Leaks { get; } = [];

    /// <summary>Hours at which it is rebooted by hand.</summary>
    public List<double> Reboots { get; } = [];

    /// <summary>What happens at a time, hours: a deploy, a change of load. In order of time.</summary>
    public List<(double Hours, Action Do)> Changes { get; } = [];

    /// <summary>
    /// Share of memory that the kernel may take before the host hangs and is reset; infinite where it is not watched.
    /// </summary>
    public double HangsAt { get; set; } = double.PositiveInfinity;

    /// <summary>Share of memory that processes use at a demand of 1.</summary>
    public double UserShare { get; set; } = 0.3;

    /// <summary>Times an hour at which processes need much of the memory at once, so that caches are trimmed.</summary>
    public double PressurePerHour { get; set; }

    /// <summary>Pages of the kernel that no zone and no type shows, at boot: image, page tables, buffers.</summary>
    public double OtherPages { get; set; } = 60_000;

    /// <summary>Levels of counters that move with nothing simulated.</summary>
    public Dictionary<string, double> CounterBase { get; } = [];

    public Dictionary<string, long[]> Counters { get; } = [];

    public long[] Wired { get; }

    public long[] Active { get; }

    public long[] Inactive { get; }

    public long[] FreePages { get; }

    public long[] Arc { get; }

    public DateTimeOffset[] BootedAt { get; }

    public IReadOnlyList<MemoryRow> Rows => _order;

    /// <summary>Hours at which it was reset because the kernel had taken the memory.</summary>
    public List<double> Crashes { get; } = [];

    public long[] PagesLostAt => _pagesLostAt ??= new long[Time.Count];

    private long[]? _pagesLostAt;

    public MemoryRow Row(string name, bool isZone, long size)
    {
        if (!_rows.TryGetValue((name, isZone), out MemoryRow? row))
        {
            _rows[(name, isZone)] = row = new MemoryRow(name, isZone, size, Time.Count);
            _order.Add(row);
        }

        return row;
    }

    public MemoryRow? Find(string name, bool isZone) => _rows.GetValueOrDefault((name, isZone));

    /// <summary>Runs from the first sample to the last.</summary>
    public void Run()
    {
        Link();
        Settle();
        for (int i = 0; i < Time.Count; i++)
        {
            double now = Time.Hours(i), step = i == 0 ? Time.Step : now - Time.Hours(i - 1);
            foreach ((_, Action change) in Changes.Where(c => c.Hours <= now
                && (i == 0 || c.Hours > Time.Hours(i - 1))))
            {
                change();
            }

            if (Reboots.Any(r => r <= now && i > 0 && r > Time.Hours(i - 1)))
            {
                Boot(i, step);
            }

            Step(now, step);
            if (Kernel() > HangsAt * Memory / Page)
            {
                Crashes.Add(now);
                Boot(i, step);
                Step(now, Math.Min(step, 0.2));
            }

            Record(i, step);
        }
    }

    private void Link()
    {
        MemoryRow[] buckets = [.. _order.Where(r => r.IsZone && r.Name.StartsWith("malloc-", StringComparison.Ordinal))
            .OrderBy(r => r.Size)];
        foreach (MemoryRow row in _order.Where(r => !r.IsZone))
        {
            row.Bucket = buckets.FirstOrDefault(b => b.Size >= row.Size);
        }
    }

    // What was there before the first sample: populations as old as the host, caches as full as their lookups made
    // them.
    private void Settle()
    {
        foreach (MemoryRow row in _order)
        {
            row.Requests = row.AtBoot;
        }

        foreach (Population population in Populations)
        {
            population.Settle(_chance, _sinceBoot, (population.Follows ?? Main).Planned(0));
        }

        foreach (KeyCache cache in Caches)
        {
            double passed = 0;
            for (double step = 0.05; passed < _sinceBoot; step *= 1.3)
            {
                step = Math.Min(step, _sinceBoot - passed);
                cache.Step(_chance, step, cache.Follows.Planned(passed - _sinceBoot), isPressed: false);
                passed += step;
            }
        }
    }

    private void Boot(int sample, double step)
    {
        _sinceBoot = Math.Max(_chance.Between(0.02, 1) * step, 1 / 60.0);
        _booted = Time.Times[sample].AddHours(-_sinceBoot);
        _pagesLost = 0;
        foreach (MemoryRow row in _order)
        {
            row.Boot();
        }

        Populations.ForEach(p => p.Clear());
        Caches.ForEach(c => c.Clear());
    }

    private void Step(double now, double step)
    {
        step = Math.Min(step, Math.Max(_sinceBoot, 1 / 60.0));
        _spike *= Math.Exp(-step / 0.5);
        _spike += _chance.Happens(PressurePerHour * step) ? 1 : 0;
        bool pressed = _spike > 0.6 || FreeShare() < 0.02;
        var demands = new Dictionary<Demand, double>();
        double main = Of(Main);
        foreach (MemoryRow row in _order)
        {
            row.Living = 0;
        }

        foreach (Population population in Populations)
        {
            population.Step(_chance, step, Of(population.Follows ?? Main));
            Fill(population.Parts, population.Alive, population.Arrived);
        }

        foreach (KeyCache cache in Caches)
        {
            cache.Step(_chance, step, Of(cache.Follows), pressed);
            Fill(cache.Parts, cache.Held, cache.Inserted);
        }

        foreach (Loss loss in Leaks)
        {
            double lost = loss.Count(new Moment(now, step, _sinceBoot, main));
            _pagesLost += lost * loss.Pages;
            foreach (Part part in loss.Parts)
            {
                part.Row.Lost += lost * part.Items;
                part.Row.Requests += lost * part.Items;
                if (part.Row.Bucket is { } bucket)
                {
                    bucket.Lost += lost * part.Items;
                }
            }
        }

        _isPressed = pressed;
        _userNow = Memory / Page * UserShare * (0.5 + (0.5 * main)) * (1 + (0.02 * _chance.Normal()));
        _sinceBoot += step;

        double Of(Demand demand)
        {
            if (!demands.TryGetValue(demand, out double value))
            {
                demands[demand] = value = demand.Next(now);
            }

            return value;
        }
    }

    private bool _isPressed;
    private double _userNow;

    private static void Fill(Part[] parts, double alive, double arrived)
    {
        foreach (Part part in parts)
        {
            part.Row.Living += Math.Round(alive * part.Items);
            part.Row.Requests += Math.Round(arrived * part.Items);
            if (part.Row.Bucket is { } bucket)
            {
                bucket.Living += Math.Round(alive * part.Items);
                bucket.Requests += Math.Round(arrived * part.Items);
            }
        }
    }

    /// <summary>Pages that the kernel takes now.</summary>
    private double Kernel()
    {
        double bytes = 0;
        foreach (MemoryRow row in _order)
        {
            bytes += row.IsZone ? row.Now * row.Size : row.Bucket is null ? row.BytesAtBoot
                + ((row.Now - row.AtBoot) * row.Size) : 0;
        }

        return OtherPages + _pagesLost + (bytes / Page);
    }

    private double FreeShare() => 1 - ((Kernel() + _userNow) / (Memory / Page));

    private void Record(int i, double step)
    {
        BootedAt[i] = _booted.AddSeconds(_chance.Below(2));
        double wired = OtherPages + _pagesLost;
        foreach (MemoryRow row in _order)
        {
            double held = row.Held(step, _isPressed);
            row.Used[i] = (long)Math.Round(row.Now);
            row.Free[i] = Math.Max((long)Math.Round(held) - row.Used[i], 0);
            row.Asked[i] = (long)Math.Round(row.Requests);
            row.LostAt[i] = row.Lost;
            wired += row.IsZone ? held * row.Size / Page
                : row.Bucket is null ? (row.BytesAtBoot + ((row.Now - row.AtBoot) * row.Size)) / Page : 0;
        }

        PagesLostAt[i] = (long)_pagesLost;
        double total = Memory / Page;
        Wired[i] = (long)Math.Min(wired, total * 0.98);
        double left = total - Wired[i], user = Math.Min(_userNow + (_spike * total * 0.4), left * 0.95);
        double files = (left - user) * 0.7 * (1 - Math.Exp(-_sinceBoot / 20)) * (_isPressed ? 0.2 : 1);
        (Active[i], Inactive[i]) = ((long)user, (long)files);
        FreePages[i] = (long)total - Wired[i] - Active[i] - Inactive[i];
        foreach ((string name, double level) in CounterBase)
        {
            double value = level;
            value += Populations.Sum(p => p.Counters.Where(c => c.Sysctl == name).Sum(c => c.Each * p.Alive));
            value += Caches.Sum(c => c.Counters.Where(k => k.Sysctl == name).Sum(k => k.Each * c.Held));
            Counters.TryAdd(name, new long[Time.Count]);
            Counters[name][i] = (long)Math.Round(value);
        }
    }
}
