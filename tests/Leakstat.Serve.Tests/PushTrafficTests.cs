using System.Diagnostics;
using Leakstat.Serve.Health;

namespace Leakstat.Serve.Tests;

/// <summary>Loading and judging give way to pushes, and never for good.</summary>
public sealed class PushTrafficTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private readonly PushTraffic _traffic = new();

    [Fact]
    public void Work_rests_while_there_are_more_pushes_than_processors()
    {
        Begin(Environment.ProcessorCount + 1);

        Assert.True(Took(TimeSpan.FromMilliseconds(50), CancellationToken.None) >= TimeSpan.FromMilliseconds(145), "it did not rest");
        _traffic.End();
        Assert.True(Took(s_long, CancellationToken.None) < TimeSpan.FromMilliseconds(900), "it rested for fewer");
    }

    [Fact]
    public void A_rest_is_a_second_at_most_and_ends_with_the_server()
    {
        Begin(100);

        Assert.InRange(Took(s_long, CancellationToken.None), TimeSpan.FromMilliseconds(950), TimeSpan.FromSeconds(30));
        Assert.True(Took(s_long, new CancellationToken(canceled: true)) < TimeSpan.FromMilliseconds(900), "it went on");
    }

    private void Begin(int pushes)
    {
        for (int i = 0; i < pushes; i++)
        {
            _traffic.Begin();
        }
    }

    private TimeSpan Took(TimeSpan worked, CancellationToken end)
    {
        var clock = Stopwatch.StartNew();
        _traffic.GiveWay(worked, end);
        return clock.Elapsed;
    }
}
