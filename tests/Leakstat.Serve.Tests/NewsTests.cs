using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Judging;
using Leakstat.Serve.Settings;
using Leakstat.Store;

namespace Leakstat.Serve.Tests;

/// <summary>News of a host is not lost on its way from the inbox to its verdict.</summary>
public sealed class NewsTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    /// <summary>A delivery may come between the look into the inbox and the count of what was found there.</summary>
    [Fact]
    public void A_delivery_that_comes_during_a_turn_has_a_turn_of_its_own()
    {
        var hosts = new WaitingHosts();
        hosts.Add("fw1", 1);

        Assert.Equal(("fw1", 1L), hosts.Next());
        hosts.Add("fw1", 1);
        hosts.PutBack("fw1", 1);

        Assert.Equal(1, hosts.Count);
        Assert.Equal(("fw1", 1L), hosts.Next());
        hosts.PutBack("fw1", 2);
        Assert.Null(hosts.Next());
        Assert.Equal(0, hosts.Count);
    }

    [Fact]
    public void A_host_that_has_more_waits_behind_the_others()
    {
        var hosts = new WaitingHosts();
        hosts.Add("fw1", 3);
        hosts.Add("fw2", 1);

        Assert.Equal(("fw1", 3L), hosts.Next());
        hosts.PutBack("fw1", 2);

        Assert.Equal(("fw2", 1L), hosts.Next());
        Assert.Equal(("fw1", 1L), hosts.Next());
    }

    [Fact]
    public async Task A_host_that_could_not_be_judged_is_judged_when_the_store_can_be_read()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("leakstat-judge-");
        string file = Path.Combine(folder.FullName, "fleet.db");
        using var told = new StringWriter();
        var journal = new Journal(TextWriter.Synchronized(told), TimeProvider.System);
        var health = new ServerHealth(TimeProvider.System);
        var settings = new JudgeSettings { Every = TimeSpan.FromMilliseconds(1), Workers = 1 };
        var judge = new HostJudge(file, settings, new FleetState(journal), health, journal, TimeProvider.System);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(End);

        judge.Expect("fw1");
        IReadOnlyList<Thread> threads = judge.Start(end.Token);
        await Until(() => health.FailedJudgements > 0);
        Assert.Equal(1, judge.Waiting);
        new StoreWriter(file).Dispose();
        await Until(() => judge.Waiting == 0);

        Assert.True(health.Judged > health.FailedJudgements);
        await end.CancelAsync();
        Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(20))));
        folder.Delete(recursive: true);

        async Task Until(Func<bool> holds)
        {
            for (int i = 0; !holds(); i++)
            {
                Assert.True(i < 400, told.ToString());
                await Task.Delay(50, End);
            }
        }
    }

    /// <summary>Engines forget what is not written for half an hour; hosts may send once an hour.</summary>
    [Fact]
    public async Task A_fleet_without_news_is_told_again()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("leakstat-judge-");
        string file = Path.Combine(folder.FullName, "fleet.db");
        new StoreWriter(file).Dispose();
        var clock = new SetClock();
        var journal = new Journal(TextWriter.Null, clock);
        var fleet = new FleetState(journal);
        var comparisons = new Comparisons();
        fleet.Attach(comparisons);
        var settings = new JudgeSettings { Every = TimeSpan.FromMilliseconds(1), FleetEvery = TimeSpan.FromMilliseconds(1), Workers = 1 };
        var judge = new HostJudge(file, settings, fleet, new ServerHealth(clock), journal, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(End);

        judge.Expect("fw1");
        IReadOnlyList<Thread> threads = judge.Start(end.Token);
        await Until(1);
        await Task.Delay(300, End);
        int first = comparisons.Count;
        await Task.Delay(300, End);
        Assert.Equal(first, comparisons.Count);
        clock.Now += TimeSpan.FromMinutes(6);
        await Until(first + 1);

        await end.CancelAsync();
        Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(20))));
        folder.Delete(recursive: true);

        async Task Until(int count)
        {
            for (int i = 0; comparisons.Count < count; i++)
            {
                Assert.True(i < 400, $"{comparisons.Count} comparisons");
                await Task.Delay(50, End);
            }
        }
    }

    private sealed class Comparisons : IFleetNews
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Judged(JudgedHost host)
        {
        }

        public void Compared(Leakstat.Fleet.FleetReport fleet, bool isWhole) => Interlocked.Increment(ref _count);
    }
}
