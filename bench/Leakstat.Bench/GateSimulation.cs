using System.Globalization;
using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rounds;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Bench;

/// <summary>
/// How often the gate finds a leak of one item per round, and how often it fails a clean run, on noise replayed from real
/// captures. A replay keeps what happened to all series at one time together; it walks through the captures from a random
/// place, to and fro (load that comes and goes), or on and on with each passage on top of the one before (load that rises).
/// </summary>
internal static class GateSimulation
{
    private const int Idle = 3;
    private const int WarmUp = 2;
    private const string Own = "mymodule";

    /// <summary>Caches that ZFS gives back when memory is short: the gate does not fail for them.</summary>
    private static readonly string[] s_zfs = ["zio_", "abd_chunk", "arc_", "dmu_buf_impl_t", "dnode_t", "zfs_btree", "solaris"];

    /// <summary>Prints the table.</summary>
    public static void Run(int runs, int rounds, IReadOnlyList<string> folders)
    {
        (string Name, HostHistory History, string[] Leaks)[] sources = [.. folders.Select(Load)];
        var random = new Random(20261121);
        KnowledgeBase knowledge = BuiltInKnowledge.Load();
        string[] cases = ["none (clean run)", "a type of the module's own", "another type, quiet so far", "another zone, quiet so far, no cache of ZFS", "another type, which moves with load"];
        int[] found = new int[cases.Length];
        int[] foreign = new int[cases.Length];
        for (int run = 0; run < runs; run++)
        {
            (string Name, HostHistory History, string[] Leaks) source = sources[run % sources.Length];
            int[] path = Path(random, source.History.Samples.Length, Idle + 1 + WarmUp + rounds, out bool rising);
            for (int i = 0; i < cases.Length; i++)
            {
                string? injected = Inject(random, source.History, source.Leaks, i, out SeriesKind kind);
                HostHistory history = Replay(source.History, source.Leaks, path, rising, injected, kind, rounds);
                var judgement = RoundAnalysis.Of(history, Plan(rounds), knowledge);
                bool isFound = judgement.Subjects.Any(s => s.IsLeak && s.Subject.Name == injected);
                found[i] += isFound ? 1 : 0;
                foreign[i] += judgement.Subjects.Any(s => s.IsLeak && s.Subject.Name != injected) ? 1 : 0;
            }
        }

        Console.WriteLine($"| one item per round leaks in | found in {rounds} rounds | another one blamed |");
        Console.WriteLine("| --- | --- | --- |");
        for (int i = 0; i < cases.Length; i++)
        {
            Console.WriteLine($"| {cases[i]} | {(i == 0 ? "–" : Share(found[i], runs))} | {Share(foreign[i], runs)} |");
        }
    }

    private static string Share(int of, int all)
    {
        // Interval after Wilson, 95 %.
        const double Z = 1.96;
        double p = (double)of / all;
        double middle = (p + (Z * Z / (2 * all))) / (1 + (Z * Z / all));
        double half = Z * Math.Sqrt((p * (1 - p) / all) + (Z * Z / (4.0 * all * all))) / (1 + (Z * Z / all));
        return string.Create(CultureInfo.InvariantCulture, $"{p * 100:0.00} % ({Math.Max(middle - half, 0) * 100:0.00}–{Math.Min(middle + half, 1) * 100:0.00})");
    }

    private static RoundPlan Plan(int rounds) => new(
        [
            .. Enumerable.Repeat(RoundRole.Idle, Idle), RoundRole.Loaded,
            .. Enumerable.Repeat(RoundRole.WarmUp, WarmUp), .. Enumerable.Repeat(RoundRole.Round, rounds),
        ],
        Own + ".ko");

    /// <summary>Captures of the source, as positions; with a rising load they go on beyond the last.</summary>
    private static int[] Path(Random random, int length, int steps, out bool rising)
    {
        int at = random.Next(length);
        int direction = random.Next(2) == 0 ? 1 : -1;
        rising = random.Next(2) == 0;
        int[] path = new int[steps];
        for (int i = 0; i < steps; i++)
        {
            path[i] = at;
            if (rising)
            {
                at++;
                continue;
            }

            direction = at == 0 ? 1 : at == length - 1 ? -1 : direction;
            at += direction;
        }

        return path;
    }

    private static string? Inject(Random random, HostHistory history, string[] leaks, int which, out SeriesKind kind)
    {
        kind = which == 3 ? SeriesKind.ZoneUsed : SeriesKind.MallocInUse;
        if (which < 2)
        {
            return which == 0 ? null : Own;
        }

        SeriesKind wanted = kind;
        Series[] candidates =
        [
            .. history.Series.Where(s => s.Key.Kind == wanted && !leaks.Contains(s.Key.Name) && s.Values.All(v => v is not null)
                && s.IsConstant == (which != 4)
                && !s_zfs.Any(z => s.Key.Name.StartsWith(z, StringComparison.Ordinal)) && !ZoneKinds.IsMallocBucket(s.Key.Name) && !ZoneKinds.IsInternal(s.Key.Name) && !ZoneKinds.IsCacheZone(s.Key.Name)),
        ];
        return candidates[random.Next(candidates.Length)].Key.Name;
    }

    private static HostHistory Replay(
        HostHistory source, string[] leaks, int[] path, bool rising, string? injected, SeriesKind kind, int rounds)
    {
        DateTimeOffset start = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
        Sample[] samples = [.. path.Select((_, i) => new Sample($"{i}", start.AddMinutes(i), null, null, 0))];
        int first = path.Length - rounds;
        List<Series> series = [];
        foreach (Series original in source.Series.Where(s => !leaks.Contains(s.Key.Name)))
        {
            long?[] values = [.. path.Select(at => At(original, at, rising))];
            if (original.Key.Kind == kind && original.Key.Name == injected)
            {
                AddLeak(values, first);
            }

            series.Add(new Series(original.Key, values, original.ItemSize));
        }

        // The module's own type: there from loading on, some blocks come and go with every round.
        long?[] own = new long?[path.Length];
        for (int i = Idle; i < own.Length; i++)
        {
            own[i] = 12 + (path[i] % 2);
        }

        if (injected == Own)
        {
            AddLeak(own, first);
        }

        series.Add(new Series(new SeriesKey(SeriesKind.MallocInUse, Own), own, 0));
        return new HostHistory([.. samples], series, []);
    }

    private static void AddLeak(long?[] values, int first)
    {
        for (int i = first - WarmUp; i < values.Length; i++)
        {
            values[i] += i - (first - WarmUp) + 1;
        }
    }

    private static long? At(Series series, int at, bool rising)
    {
        int length = series.Count;
        if (!rising || at < length)
        {
            return series[Math.Min(at, length - 1)];
        }

        long? passage = series[length - 1] - series[0];
        return series[at % length] + (passage * (at / length));
    }

    private static (string Name, HostHistory History, string[] Leaks) Load(string folder)
    {
        var builder = new HistoryBuilder();
        foreach (string capture in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            Capture read = CaptureAssembly.Read(
                capture,
                Directory.EnumerateFiles(capture).Order(StringComparer.Ordinal).Select(f => (System.IO.Path.GetFileName(f), new ReadOnlyMemory<byte>(File.ReadAllBytes(f)))),
                new NamePool(),
                ReadLimits.Default);
            builder.Add(read, LedgerBuilder.From(read));
        }

        // What was planted there is no noise: the type and the bucket that moves with it.
        return (folder, builder.Build(), ["leakmod", "malloc-256"]);
    }
}
