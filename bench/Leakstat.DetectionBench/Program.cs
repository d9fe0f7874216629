using System.Diagnostics;
using Leakstat.DetectionBench;
using Leakstat.DetectionBench.Fleets;

bool quick = args.Contains("--quick");
bool engineOnly = args.Contains("--engine-only");
bool explain = args.Contains("--explain");
string? only = Value("--class");
ulong seed = ulong.Parse(Value("--seed") ?? "20261120", System.Globalization.CultureInfo.InvariantCulture);
string root = Value("--root") ?? ".";
int each = int.Parse(Value("--each") ?? (quick ? "6" : "54"), System.Globalization.CultureInfo.InvariantCulture);

// The usual methods take longer than the engine and are further from it than fewer episodes could hide.
int usual = quick ? 1 : 4;

if (args.Contains("--try"))
{
    return Try.Run();
}

if (args.Contains("--null"))
{
    return Try.Null();
}

if (args.Contains("--fleets"))
{
    return FleetCommand.Run(seed, args);
}

RealRow[][] hosts = RealTables.Read(Path.Combine(root, "tests", "data"));
if (args.Contains("--speed"))
{
    return Try.Speed(hosts, seed);
}

var generator = new Generator(seed, hosts);
(int Number, string Class)[] plan =
[
    .. Generator.LeakClasses.Concat(Generator.HealthyClasses)
        .SelectMany((c, k) => Enumerable.Range(0, each).Select(i => ((k * 100000) + i, c)))
        .Where(p => only is null || p.c.StartsWith(only, StringComparison.Ordinal)),
];
if (Value("--family") is { } named)
{
    return FamilyCommand.Run(named, seed, hosts, args);
}

if (args.Contains("--store"))
{
    return StoreSize.Run(generator, plan);
}

var grid = Grid.Points.SelectMany(p => Enumerable.Range(0, quick ? 1 : 6).Select(_ => p)).Select((p, i) => (p, i))
    .ToArray();
grid = only is null or "grid" ? grid : [];

IMethod[] methods = engineOnly
    ? [new EngineMethod()]
    : [new EngineMethod(), new LeastSquaresMethod(), new MannKendallMethod(), new ChangePointMethod()];
var outcomes = methods.Select(_ => new Outcome[plan.Length]).ToArray();
var late = methods.Select(_ => new Outcome[grid.Length]).ToArray();
long engineTicks = 0, generateTicks = 0, series = 0;
var options = new ParallelOptions { MaxDegreeOfParallelism = 2 };
Parallel.For(0, plan.Length, options, i =>
{
    long began = Stopwatch.GetTimestamp();
    Episode episode = generator.Make(plan[i].Number, plan[i].Class);
    Interlocked.Add(ref generateTicks, Stopwatch.GetTimestamp() - began);
    Interlocked.Add(ref series, episode.Host.Series.Length);
    for (int m = 0; m < (plan[i].Number % usual == 0 ? methods.Length : 1); m++)
    {
        began = Stopwatch.GetTimestamp();
        outcomes[m][i] = Scoring.Score(methods[m], episode, overTime: m == 0 && !episode.Truth.IsLeak);
        if (m == 0)
        {
            Interlocked.Add(ref engineTicks, Stopwatch.GetTimestamp() - began);
        }
    }
});
Parallel.For(0, grid.Length, options, i =>
{
    Episode episode = Grid.Make(i, seed, hosts, grid[i].p);
    for (int m = 0; m < (i % usual == 0 ? methods.Length : 1); m++)
    {
        late[m][i] = Scoring.TimeToDetect(methods[m], episode);
    }
});

string command = "bench/detection.sh" + (quick ? " --quick" : "");
string report =
    Report.Write([.. methods.Select((m, k) => (m.Name, outcomes[k].Where(o => o is not null).ToArray(),
    late[k].Where(o => o is not null).ToArray()))], seed, command);
Console.WriteLine(report);
Console.Error.WriteLine(
    $"{plan.Length} episodes, {series / Math.Max(plan.Length, 1)} series each; generating "
        + $"{Seconds(generateTicks):0} s, engine {Seconds(engineTicks):0} s");
if (explain)
{
    foreach (Outcome outcome in outcomes[0].Where(o => o.FalseKeys.Length > 0 || (o.Truth.IsLeak && o.Place == 0)))
    {
        Console.Error.WriteLine(
            $"{outcome.Truth.Class} #{outcome.Episode} {outcome.Hours / 24:0.0} d: "
                + $"{(outcome.Truth.IsLeak && outcome.Place == 0 ? "missed " + outcome.Truth.Culprits[0] : "")} "
                + $"false: {string.Join(", ", outcome.FalseKeys)}");
        if (args.Contains("--results"))
        {
            Explain(generator.Make(outcome.Episode, outcome.Truth.Class), outcome);
        }
    }
}

if (explain)
{
    for (int i = 0; i < grid.Length; i++)
    {
        if (late[0][i].Lateness > 4)
        {
            Episode episode = Grid.Make(i, seed, hosts, grid[i].p);
            Console.Error.WriteLine($"grid #{i} {grid[i].p}: {late[0][i].Lateness:0.0}");
            foreach (double after in new[] { 2.0, 3, 4 })
            {
                var result = new Leakstat.Detection.TrendEngine()
                    .Analyze(episode.Until(episode.Truth.Start + (after * episode.Truth.Limit))).Results
                    .First(r => r.Key == episode.Truth.Culprits[0]);
                Console.Error.WriteLine(
                    $"   {after}: {result.Class} chance {result.Chance:0e0} line over plateau "
                        + $"{result.LineOverPlateau:0.0} from {result.Start} to {result.End}, leak since "
                        + $"{Array.FindIndex([.. episode.Host.Hours], h => h >= episode.Truth.Start)}");
            }
        }
    }
}

if (Value("--page") is { } page)
{
    MarkedPage.Refresh(page, "results", report);
}

return 0;

string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1]
    : null;

static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;

static void Explain(Episode episode, Outcome outcome)
{
    foreach (var series in episode.Host.Series.Where(s => outcome.FalseKeys.Contains(s.Key)
        || outcome.Truth.Culprits.Contains(s.Key)))
    {
        IEnumerable<string> shown =
            Enumerable.Range(0, 40).Select(i => $"{series.Values[i * (series.Values.Length - 1) / 39]:0}");
        Console.Error.WriteLine($"   {series.Key}: {string.Join(' ', shown)}");
    }

    foreach (double look in new[] { 0.15, 0.4, 1 })
    {
        var host = episode.Until(episode.Host.Hours.Min() + (look * episode.Hours) + 1e-9);
        foreach (var result in new Leakstat.Detection.TrendEngine().Analyze(host).Results
            .Where(r => r.IsLeak || outcome.FalseKeys.Contains(r.Key) || outcome.Truth.Culprits.Contains(r.Key)))
        {
            Console.Error.WriteLine(
                $"   {look}: {result.Key} {result.Class} chance {result.Chance:0e0} gain {result.Gain:0} line "
                    + $"over plateau {result.LineOverPlateau:0.0} from {result.Start} to {result.End} of "
                    + $"{host.Hours.Length} by {result.ExplainedBy} leader {result.GroupLeader}");
        }
    }
}
