using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Platform;
using Leakstat.Store;

namespace Leakstat.Bench;

/// <summary>
/// Makes a store of many hosts like one of which there is a capture: an hour between samples, a quarter of the zones
/// and types wander about their level, the others stand still; on one host in ten a type leaks. With fewer series than
/// that capture has, as large a share of its zones and of its types is left out.
/// </summary>
internal static class FleetStore
{
    private const int Leaking = 10;

    public static void Make(string file, int hosts, int samples, int series, string folder)
    {
        SourceSet set = SourceSet.Open([FileSystemSource.TryOpen(folder)!], new NamePool(), ReadLimits.Default);
        Capture model = WithSeries(set.Hosts[0].Captures().Last(), series);
        DateTimeOffset start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        using var store = new StoreWriter(file);
        for (int h = 0; h < hosts; h++)
        {
            string name = $"host-{h:0000}";
            var random = new Random(h);
            HostWriter writer = store.Host(name);
            double[] levels = new double[model.Zones!.Rows.Length + model.MallocTypes!.Rows.Length];
            for (int s = 0; s < samples; s++)
            {
                for (int i = 0; i < levels.Length; i += 4)
                {
                    levels[i] = (0.8 * levels[i]) + random.NextDouble() - 0.5;
                }

                int leaked = h % Leaking == 0 ? s : 0;
                Capture capture = Like(model, name, start.AddHours(s), levels, leaked, isLast: s == samples - 1);
                writer.Add(capture, LedgerBuilder.From(capture));
                if (s % 240 == 239)
                {
                    store.Commit();
                }
            }

            store.Commit(isEnd: true);
        }
    }

    private static Capture WithSeries(Capture model, int series)
    {
        int all = SampleNumber.Of(model, LedgerBuilder.From(model)).Select(number => number.Key).Distinct().Count();
        if (series >= all)
        {
            return model;
        }

        // What is counted by rows is left out evenly; the type that leaks stays.
        bool IsKept(int row) => (row + 1L) * series / all > (long)row * series / all;
        return model with
        {
            Zones = new ZoneTable(
                model.Zones!.File, [.. model.Zones.Rows.Where((_, i) => IsKept(i))], model.Zones.HasCrossDomain),
            MallocTypes = new MallocTable(
                model.MallocTypes!.File,
                [.. model.MallocTypes.Rows.Where((row, i) => IsKept(i) || row.Name == "temp")],
                model.MallocTypes.Precision),
        };
    }

    private static Capture Like(Capture model, string name, DateTimeOffset at, double[] levels, int leaked, bool isLast)
    {
        int zones = model.Zones!.Rows.Length;
        long Moved(long value, int i) => Math.Max(0, value + (long)(value * 0.02 * levels[i]));
        return model with
        {
            Source = $"{name}/{at:yyyy-MM-ddTHH:mm:ssZ}",
            TakenAt = at,
            ContentMark = $"{name} {at:O}",
            Host = model.Host with
            {
                Name = name,
                BootedAt = new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero),
                UptimeSeconds = null,
            },
            Texts = isLast ? model.Texts : [],
            Zones = new ZoneTable(
                model.Zones.File,
                [.. model.Zones.Rows.Select((row, i) => row with { Used = Moved(row.Used, i) })],
                model.Zones.HasCrossDomain),
            MallocTypes = new MallocTable(
                model.MallocTypes!.File,
                [
                    .. model.MallocTypes.Rows.Select((row, i) => row with
                    {
                        Memory = Moved(row.Memory, zones + i) + (row.Name == "temp" ? leaked * 65536L : 0),
                    }),
                ],
                model.MallocTypes.Precision),
        };
    }
}
