using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>
/// Lost blocks of machines that run on while they are read, by the machine's own account. Each seed is another machine. The test
/// measures itself: it must have been busy enough, and one reading alone must have called blocks lost that are held.
/// </summary>
public sealed class RunningMachineTests
{
    private const int MostPasses = 8;

    [Fact]
    public void What_is_lost_in_every_reading_is_lost() => Check(first: 1, count: 40);

    [Fact]
    [Trait("Takes", "long")]
    public void What_is_lost_in_every_reading_is_lost_in_many_runs() => Check(first: 1000, LongRuns.Times(200, 1000));

    private static void Check(int first, int count)
    {
        var all = new Tally();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            Tally one = Run(seed);
            lock (all)
            {
                all.Add(one);
            }
        });

        TestContext.Current.TestOutputHelper?.WriteLine(all.ToString());
        Assert.True(all.False.Count == 0, $"held blocks called lost: {string.Join(", ", all.False.Take(20))}; {all}");
        Assert.True(all.Found >= 0.99 * all.Planted, all.ToString());
        Assert.True(all.FalseInOne > count, $"the test is too easy: {all}");
        Assert.True(all.Unsettled == 0, all.ToString());
    }

    private static Tally Run(int seed)
    {
        var machine = new RunningMachine(new RunningOptions { Seed = seed });
        using var snapshot = new LiveSnapshot(machine);
        var tally = new Tally();
        while (snapshot.Passes.Count < LivePasses.Least || (!snapshot.Passes.IsSettled && snapshot.Passes.Count < MostPasses))
        {
            snapshot.Read();
            if (snapshot.Passes.Count == 1)
            {
                tally.FalseInOne = Addresses(snapshot.Passes.Report(new LeakOptions())).Except(machine.Lost).Count();
            }

            if (snapshot.Passes.Count == 2)
            {
                Assert.True(machine.TurnedOver >= 0.2 && machine.Moved >= 0.05 && machine.MovesAway > 0 && machine.Reused > 0, $"seed {seed} is too quiet");
            }
        }

        LeakReport report = snapshot.Passes.Report(new LeakOptions());
        HashSet<ulong> found = Addresses(report);
        tally.Planted = machine.Planted.Count;
        tally.Found = machine.Planted.Count(found.Contains);
        tally.False = [.. found.Except(machine.Lost).Select(a => $"seed {seed} 0x{a:x}")];
        tally.Passes = snapshot.Passes.Count;
        tally.Unsettled = snapshot.Passes.IsSettled ? 0 : 1;
        return tally;
    }

    private static HashSet<ulong> Addresses(LeakReport report) => [.. report.Leaks.Concat(report.Known).SelectMany(g => g.Addresses)];

    private sealed class Tally
    {
        public long Planted { get; set; }

        public long Found { get; set; }

        public List<string> False { get; set; } = [];

        public long FalseInOne { get; set; }

        public long Passes { get; set; }

        public long Unsettled { get; set; }

        public void Add(Tally one)
        {
            Planted += one.Planted;
            Found += one.Found;
            False.AddRange(one.False);
            FalseInOne += one.FalseInOne;
            Passes += one.Passes;
            Unsettled += one.Unsettled;
        }

        public override string ToString() =>
            $"{Found} of {Planted} found, {False.Count} false, {FalseInOne} false in one reading, {Passes} readings, {Unsettled} not settled";
    }
}
