using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.RealNoise;

/// <summary>A zone or malloc type that moves with measured memory.</summary>
/// <param name="Row">The row of a real host.</param>
/// <param name="Values">Items in use at each sample, without a leak.</param>
internal sealed record MeasuredRow(RealRow Row, double[] Values)
{
    /// <summary>Items lost at each sample.</summary>
    public double[] Lost { get; set; } = new double[Values.Length];

    public Culprit Owner => new(Row.IsZone ? "zone" : "malloc", Row.Name);

    public long Size => (long)Row.Size;
}

/// <summary>
/// A host whose zones and types follow measured memory of real machines: scaled, mixed, late, with noise of their own.
/// </summary>
internal sealed class MeasuredHost
{
    private readonly Chance _chance;
    private readonly MeasuredSeries[] _series;
    private readonly double[] _hours;

    /// <summary>Takes the machines it is mixed from, the first of them foremost.</summary>
    public MeasuredHost(Chance chance, MeasuredSeries[] series, RealRow[] table, double[] hours, double memory)
    {
        (_chance, _series, _hours, Memory) = (chance, series, hours, memory);
        Load = Mixed(0, lag: 0);
        double scale = Math.Sqrt(memory / (4L << 30)), share = chance.Between(0.1, 0.5);
        Rows =
        [
            .. table.Select(row => new MeasuredRow(
                row, !IsBucket(row) && row.Used > 3 && chance.Happens(row.Moves ? 0.9 : share) ? Moving(row, scale)
                    : [.. hours.Select(_ => row.Used)])),
        ];
        OtherPages = memory / 4096 * chance.Between(0.03, 0.12);
    }

    public double Memory { get; }

    public IReadOnlyList<MeasuredRow> Rows { get; }

    /// <summary>Measured load, around 1.</summary>
    public double[] Load { get; }

    /// <summary>Pages that no zone and no type shows.</summary>
    public double OtherPages { get; }

    public double[] PagesLost { get; set; } = [];

    public int[] Boots { get; set; } = [];

    /// <summary>Rows that may leak.</summary>
    public MeasuredRow[] Candidates(bool? isZone) =>
    [
        .. Rows.Where(r => OwnerChoice.MayLeak(r.Row.Name, r.Size) && (isZone is null || r.Row.IsZone == isZone)),
    ];

    /// <summary>All that its captures say.</summary>
    public SimulatedHost Seen(string name, int number, HostTruth truth, DateTimeOffset start, double uptime)
    {
        int n = _hours.Length;
        DateTimeOffset[] times = [.. _hours.Select(h => start.AddSeconds(Math.Round(h * 3600)))];
        ZoneTrack[] zones = Zones();
        TypeTrack[] types = Types();
        long total = (long)(Memory / 4096);
        long[] wired = new long[n], active = new long[n], inactive = new long[n], free = new long[n];
        for (int i = 0; i < n; i++)
        {
            double bytes = zones.Sum(z => (double)(z.Used[i] + z.Free[i]) * z.Size);
            wired[i] = Math.Min((long)(OtherPages + (PagesLost.Length > 0 ? PagesLost[i] : 0) + (bytes / 4096)),
                total * 97 / 100);
            double user = Math.Max((_series[0].At(_hours[i]) / 100 * total) - (0.15 * total), 0.02 * total);
            active[i] = (long)Math.Min(user, (total - wired[i]) * 0.8);
            inactive[i] = (long)((total - wired[i] - active[i]) * 0.6);
            free[i] = total - wired[i] - active[i] - inactive[i];
        }

        return new SimulatedHost
        {
            Name = name,
            Number = number,
            Truth = truth,
            Times = times,
            BootedAt = Boot(times, uptime),
            PhysicalMemory = (long)Memory,
            Zones = zones,
            Types = types,
            Sysctls =
            [
                new("vm.stats.vm.v_wire_count", wired), new("vm.stats.vm.v_free_count", free),
                new("vm.stats.vm.v_active_count", active), new("vm.stats.vm.v_inactive_count", inactive),
                new("vm.stats.vm.v_laundry_count", new long[n]),
                new("kern.ipc.numopensockets", Counter(300)), new("kern.openfiles", Counter(900)),
                new("vfs.numvnodes", Counter(20000)), new("kern.maxvnodes", [.. _hours.Select(_ => 400000L)]),
            ],
        };
    }

    private static bool IsBucket(RealRow row) => row.IsZone && row.Name.StartsWith("malloc-", StringComparison.Ordinal);

    // The measured percentages around their mean, those of a second machine mixed in, some of them late.
    private double[] Mixed(double other, double lag)
    {
        MeasuredSeries first = _series[0], second = _series[^1];
        return
        [
            .. _hours.Select(h => 1 + ((1 - other) * ((first.At(h - lag) / first.Mean) - 1))
                + (other * ((second.At(h - lag) / second.Mean) - 1))),
        ];
    }

    private double[] Moving(RealRow row, double scale)
    {
        double level = row.Used * scale * _chance.LogBetween(0.5, 4), gain = _chance.LogBetween(0.3, 8);
        double own = Math.Sqrt(level) * _chance.LogBetween(0.1, 1.5), keep = _chance.Of(0, 0.3, 0.8);
        double[] mixed = Mixed(_chance.Of(0, 0.3, 0.6), _chance.Of(0, 0, 0.3, 2));
        double state = 0;
        return
        [
            .. mixed.Select(x =>
            {
                state = (keep * state) + (Math.Sqrt(1 - (keep * keep)) * own * _chance.Normal());
                return Math.Max(Math.Round((level * Math.Max(1 + (gain * (x - 1)), 0.02)) + state), 0);
            }),
        ];
    }

    private long[] Counter(double level)
    {
        double[] mixed = Mixed(_chance.Of(0, 0.5), 0);
        double gain = _chance.LogBetween(0.3, 3);
        return [.. mixed.Select(x =>
            (long)Math.Max((level * (1 + (gain * (x - 1)))) + (Math.Sqrt(level) * 0.3 * _chance.Normal()), 1))];
    }

    private ZoneTrack[] Zones()
    {
        List<ZoneTrack> zones = [];
        MeasuredRow[] types = [.. Rows.Where(r => !r.Row.IsZone)];
        foreach (MeasuredRow row in Rows.Where(r => r.Row.IsZone))
        {
            double[] used = row.Values;
            if (IsBucket(row.Row))
            {
                MeasuredRow[] inside = [.. types.Where(t => ReferenceEquals(BucketOf(t), row))];
                used = [.. _hours.Select((_, i) => row.Row.Used
                    + inside.Sum(t => t.Values[i] - t.Row.Used + t.Lost[i]))];
            }

            var track = new ZoneTrack(row.Row.Name, row.Size, _hours.Length);
            double turnover = _chance.LogBetween(0.02, 3), held = 0,
                requests = row.Row.Used * _chance.LogBetween(1, 500);
            for (int i = 0; i < _hours.Length; i++)
            {
                double now = Math.Max(used[i] + row.Lost[i], 0), step = i == 0 ? 0 : _hours[i] - _hours[i - 1];
                held = Math.Max(now + row.Row.Free, (held * Math.Exp(-step / 20))
                    + ((now + row.Row.Free) * (1 - Math.Exp(-step / 20))));
                requests = i > 0 && Boots.Length > 0 && Boots[i] != Boots[i - 1] ? now
                    : requests + (used.Length == 0 ? 0 : used[i] * turnover * step)
                        + (i == 0 ? 0 : Math.Max(row.Lost[i] - row.Lost[i - 1], 0));
                (track.Used[i], track.Free[i], track.Requests[i]) = ((long)now, (long)Math.Max(held - now, 0),
                    (long)Math.Max(requests, now));
            }

            zones.Add(track);
        }

        return [.. zones];
    }

    private MeasuredRow? BucketOf(MeasuredRow type) => Rows.Where(r => IsBucket(r.Row) && r.Size >= type.Size)
        .MinBy(r => r.Size);

    private TypeTrack[] Types() =>
    [
        .. Rows.Where(r => !r.Row.IsZone).Select(row =>
        {
            long bucket = BucketOf(row)?.Size ?? row.Size;
            double turnover = _chance.LogBetween(0.02, 3), requests = row.Row.Used;
            return new TypeTrack(row.Row.Name, _hours.Length)
            {
                Sizes = [(int)Math.Min(bucket, 65536)],
                InUse = [.. row.Values.Select((v, i) => (long)(v + row.Lost[i]))],
                Bytes = [.. row.Values.Select((v, i) =>
                    (long)((row.Row.Used * row.Row.Size) + ((v - row.Row.Used + row.Lost[i]) * bucket)))],
                Requests =
                [
                    .. row.Values.Select((v, i) =>
                    {
                        bool booted = i > 0 && Boots.Length > 0 && Boots[i] != Boots[i - 1];
                        requests = booted ? v + row.Lost[i]
                            : requests + (i == 0 ? 0 : (v * turnover * (_hours[i] - _hours[i - 1]))
                                + Math.Max(row.Lost[i] - row.Lost[i - 1], 0));
                        return (long)Math.Max(requests, v + row.Lost[i]);
                    }),
                ],
            };
        }),
    ];

    private DateTimeOffset[] Boot(DateTimeOffset[] times, double uptime)
    {
        var booted = new DateTimeOffset[times.Length];
        DateTimeOffset latest = times[0].AddSeconds(-Math.Round(uptime * 3600));
        for (int i = 0; i < times.Length; i++)
        {
            if (i > 0 && Boots.Length > 0 && Boots[i] != Boots[i - 1])
            {
                latest = times[i]
                    .AddSeconds(-Math.Round((times[i] - times[i - 1]).TotalSeconds * _chance.Between(0.1, 0.9)));
            }

            booted[i] = latest;
        }

        return booted;
    }
}
