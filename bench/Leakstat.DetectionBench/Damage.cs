using System.Collections.Immutable;
using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>What happens to series between the kernel and the judge, on healthy hosts and on leaking ones.</summary>
internal static class Damage
{
    public static readonly string[] Kinds = ["reboots", "broken samples", "quantised in K", "renamed zones",
        "counters that wrap"];

    // Series that can be read from running totals of 32 bits only wrap at this.
    private const double Wrap = 4294967296;

    public static (HostSeries, Truth) Apply(Chance chance, HostSeries host, Truth truth, string kind) => kind switch
    {
        // What was given back at a boot moves the time of exhaustion, and the series does not go on to tell it.
        "reboots" => (Reboots(chance, host, truth), truth with { ExhaustedAt = double.NaN }),
        "broken samples" => (Broken(chance, host), truth),
        "quantised in K" => Quantised(host, truth),
        "renamed zones" => Renamed(chance, host, truth),
        _ => (Wrapping(chance, host), truth),
    };

    // Counters fall at each boot, what was warm warms up again, and what leaked is given back and leaks anew.
    private static HostSeries Reboots(Chance chance, HostSeries host, Truth truth)
    {
        int n = host.Hours.Length;

        // A leak keeps its last boot for as long as it takes to tell it: the larger part of the episode.
        int latest = truth.IsLeak ? n * 2 / 5 : n;
        int[] at = [.. Enumerable.Range(0, 1 + chance.Below(6)).Select(_ => chance.Below(latest)).Order()];
        int[] begin = new int[n];
        for (int i = 0, boot = 0; i < n; i++)
        {
            while (boot < at.Length && at[boot] <= i)
            {
                boot++;
            }

            begin[i] = boot == 0 ? -1 : at[boot - 1];
        }

        double time = chance.LogBetween(0.3, 12);
        return host with
        {
            Boots = [.. Enumerable.Range(0, n).Select(i => at.Count(a => a <= i))],
            Series =
            [
                .. host.Series.Select((s, k) => truth.Culprits.Contains(s.Key) ? Anew(s)
                    : k % 2 == 0 && s.Values.AsSpan().IndexOfAnyExcept(s.Values[0]) >= 0 ? Warming(s) : s),
            ],
        };

        SeriesInput Warming(SeriesInput s) => s with
        {
            Values = [.. s.Values.Select((v, i) => begin[i] < 0
                ? v
                : Math.Round(
                    v * (1 - (
                    0.6 * Math.Exp(-(host.Hours[i] - host.Hours[begin[i]]) / time))) / s.Quantum) * s.Quantum)],
        };

        // What it holds beyond its first level begins again at each boot.
        SeriesInput Anew(SeriesInput s) => s with
        {
            Values =
                [.. s.Values.Select((v, i) => begin[i] < 0 ? v : Math.Max(v - s.Values[begin[i]] + s.Values[0], 0))],
        };
    }

    // Samples missing, doubled and out of order; some series missing where others are not; a clock that steps back.
    private static HostSeries Broken(Chance chance, HostSeries host)
    {
        var order = new List<int>();
        int gap = chance.Below(host.Hours.Length), lost = host.Hours.Length / 30;
        for (int i = 0; i < host.Hours.Length; i++)
        {
            if (!chance.Happens(0.1) && (i < gap || i > gap + lost))
            {
                order.Add(i);
            }

            if (chance.Happens(0.05))
            {
                order.Add(i);
            }
        }

        for (int i = 0; i + 3 < order.Count; i += 20)
        {
            (order[i], order[i + 2]) = (order[i + 2], order[i]);
        }

        double[] late =
            [.. order.Select(i => host.Hours[i]
            + (chance.Happens(0.1) ? chance.Between(0, 0.8) * (host.Hours[1] - host.Hours[0]) : 0))];
        return host with
        {
            Hours = [.. late],
            Series =
            [
                .. host.Series.Select(s => s with
                {
                    Values = [.. order.Select(i => chance.Happens(0.01) ? double.NaN : s.Values[i])],
                }),
            ],
            Counters = [.. host.Counters.Select(c => c with { Values = [.. order.Select(i => c.Values[i])] })],
        };
    }

    // vmstat -m in K and nothing else: items are not known.
    private static (HostSeries, Truth) Quantised(HostSeries host, Truth truth)
    {
        const double unit = 1024;
        bool types = truth.Culprits.Any(c => c.StartsWith("bytes ", StringComparison.Ordinal));
        double size = host.Series.FirstOrDefault(s => truth.Culprits.Contains(s.Key))?.BytesPerUnit ?? 1;
        SeriesInput InK(SeriesInput s, double bytes) => s with
        {
            Values = [.. s.Values.Select(v => Math.Ceiling(v * bytes / unit) * unit)],
            Quantum = unit,
            BytesPerUnit = 1,
            Bound = s.Bound is { } bound ? bound with { Value = bound.Value * bytes } : null,
        };
        return (
            host with
            {
                Series =
                [
                    .. host.Series.Where(s => !types || !s.Key.StartsWith("malloc ", StringComparison.Ordinal))
                        .Select(s =>
                        s.Key.StartsWith("bytes ", StringComparison.Ordinal) ? InK(s, 1)
                        : truth.Culprits.Contains(s.Key) && s.Role == SeriesRole.Live && s.Quantum == 1
                            && s.BytesPerUnit > 1 ? InK(s, s.BytesPerUnit)
                        : s),
                ],
            },
            types ? truth with { Rate = truth.Rate * size, BytesPerUnit = 1, ExhaustedAt = double.NaN }
                : truth with { BytesPerUnit = 1 });
    }

    // A name ends and another goes on from there.
    private static (HostSeries, Truth) Renamed(Chance chance, HostSeries host, Truth truth)
    {
        int n = host.Hours.Length;
        int at = truth.IsLeak ? (int)(n * chance.Between(0.05, 0.3)) : (int)(n * chance.Between(0.1, 0.9));
        string[] names =
        [
            .. host.Series.Where((_, k) => k % 9 == 0).Select(s => s.Key).Concat(truth.Culprits).Distinct(),
        ];
        IEnumerable<SeriesInput> Both(SeriesInput s) => !names.Contains(s.Key) ? [s] :
        [
            s with { Values = [.. s.Values.Select((v, i) => i < at ? v : double.NaN)] },
            s with { Key = s.Key + " (new)", Values = [.. s.Values.Select((v, i) => i < at ? double.NaN : v)] },
        ];
        return (
            host with { Series = [.. host.Series.SelectMany(Both)] },
            truth with
            {
                Culprits = [.. truth.Culprits.Concat(truth.Culprits.Where(names.Contains).Select(c => c + " (new)"))],
            });
    }

    // What is in use is told by totals of 32 bits that wrap; the value itself is missing at most samples.
    private static HostSeries Wrapping(Chance chance, HostSeries host) => host with
    {
        Series =
        [
            .. host.Series.Select(s => s.Quantum != 1 || s.IsSigned
                || s.Values.AsSpan().IndexOfAnyExcept(s.Values[0]) < 0 ? s : Totals(chance, s)),
        ],
    };

    private static SeriesInput Totals(Chance chance, SeriesInput s)
    {
        int n = s.Values.Length;
        double freed = Wrap * chance.Uniform(), each = Wrap * chance.LogBetween(0.1, 4) / n;
        double[] allocations = new double[n], frees = new double[n];
        for (int i = 0; i < n; i++)
        {
            freed += Math.Round(each * chance.Between(0.5, 1.5));
            double whole = Math.Floor(freed);
            frees[i] = whole % Wrap;
            allocations[i] = (whole + s.Values[i]) % Wrap;
        }

        return s with
        {
            Values = [.. s.Values.Select((v, i) => i % 10 == 0 ? v : double.NaN)],
            Allocations = ImmutableArray.Create(allocations),
            Frees = ImmutableArray.Create(frees),
        };
    }
}
