using Leakstat.Tracing;

namespace Leakstat.Tests.Tracing;

public sealed class OutstandingSetTests
{
    /// <summary>The exact answer: events in order of time, one after another.</summary>
    private static SortedDictionary<ulong, (long Bytes, int Stack)> Exact(IEnumerable<Event> events)
    {
        SortedDictionary<ulong, (long, int)> live = [];
        foreach (Event e in events.OrderBy(e => e.Time))
        {
            if (e.Stack < 0)
            {
                live.Remove(e.Address);
            }
            else
            {
                live[e.Address] = (e.Bytes, e.Stack);
            }
        }

        return live;
    }

    [Theory]
    [InlineData(1, 50_000, 40)]
    [InlineData(2, 50_000, 5_000)]
    [InlineData(3, 200_000, 100_000)]
    [InlineData(4, 20_000, 3)]
    public void What_is_outstanding_is_what_an_exact_replay_leaves(int seed, int count, int addresses)
    {
        var random = new Random(seed);
        List<Event> events = Stream(random, count, addresses);

        // Each of four processors' buffers is read as a whole every 100 ms: order within one, not between them.
        Event[] arriving = [.. events.OrderBy(e => e.Time / 100_000_000).ThenBy(e => e.Processor).ThenBy(e => e.Time)];
        var set = new OutstandingSet();
        foreach (Event e in arriving)
        {
            if (e.Stack < 0)
            {
                set.Release(e.Address, e.Time);
            }
            else
            {
                set.Allocate(e.Address, e.Bytes, e.Time, e.Stack);
            }
        }

        Assert.Equal(
            Exact(events).Select(p => (p.Key, p.Value.Bytes, p.Value.Stack)),
            set.Blocks().OrderBy(b => b.Address).Select(b => (b.Address, b.Bytes, b.Stack)));
        Assert.Equal(0, set.Refused);
    }

    [Fact]
    public void Old_releases_do_not_fill_the_set()
    {
        var set = new OutstandingSet(most: 5_000);
        for (int i = 1; i <= 1_000_000; i++)
        {
            long time = i * 1_000_000_000L;
            set.Allocate((ulong)i * 16, 16, time, 0);
            set.Release((ulong)i * 16, time + 1);
        }

        Assert.Equal(0, set.Refused);
        Assert.Empty(set.Blocks());
    }

    [Fact]
    public void What_does_not_fit_is_counted()
    {
        var set = new OutstandingSet(most: 100);
        for (int i = 1; i <= 150; i++)
        {
            set.Allocate((ulong)i, 1, i, 0);
        }

        Assert.Equal(100, set.Blocks().Count());
        Assert.Equal(50, set.Refused);
    }

    private static List<Event> Stream(Random random, int count, int addresses)
    {
        List<Event> events = [];
        List<ulong> live = [];
        long time = 1_000;
        for (int i = 0; i < count; i++)
        {
            time += random.Next(1, 400_000);
            int processor = random.Next(4);
            if (live.Count > 0 && random.Next(100) < 48)
            {
                int at = random.Next(live.Count);
                events.Add(new Event(live[at], 0, time, -1, processor));
                live[at] = live[^1];
                live.RemoveAt(live.Count - 1);
            }
            else if (random.Next(50) == 0)
            {
                // A block that was there before the trace began.
                events.Add(new Event((ulong)random.Next(1, addresses) * 0x1000, 0, time, -1, processor));
            }
            else
            {
                ulong address = (ulong)random.Next(1, addresses) * 0x1000;
                live.Add(address);
                events.Add(new Event(address, random.Next(1, 9999), time, random.Next(50), processor));
            }
        }

        return events;
    }

    private sealed record Event(ulong Address, long Bytes, long Time, int Stack, int Processor);
}
