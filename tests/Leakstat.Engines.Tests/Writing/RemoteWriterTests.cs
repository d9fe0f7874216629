using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Tests.Parts;
using Leakstat.Engines.Writing;
using Snappier;

namespace Leakstat.Engines.Tests.Writing;

/// <summary>What is sent, what is tried again, what is given up.</summary>
public sealed class RemoteWriterTests
{
    [Fact]
    public void A_request_is_of_the_protocol()
    {
        using var engine = LoopbackServer.Of(204);

        Assert.Equal(new WriteOutcome(3, 0, null), Writer(engine.Address).Send(Batch(1, 2, 3)));

        SeenRequest seen = Assert.Single(engine.Seen);
        Assert.Equal(("POST", "/api/v1/write"), (seen.Method, seen.Path));
        Assert.Equal("application/x-protobuf", seen.Headers["Content-Type"]);
        Assert.Equal("snappy", seen.Headers["Content-Encoding"]);
        Assert.Equal("0.1.0", seen.Headers["X-Prometheus-Remote-Write-Version"]);
        Assert.StartsWith("leakstat/", seen.Headers["User-Agent"], StringComparison.Ordinal);

        // By hand, from the protocol's own definition: series (1) of 2 labels (1) and 3 samples (2).
        byte[] body = Snappy.DecompressToArray(seen.Body);
        Assert.Equal("0A-", Convert.ToHexString(body.AsSpan(0, 1)) + "-");
        Assert.Equal(
            "0A0D0A085F5F6E616D655F5F120161" + "0A090A04686F7374120168"
            + "120B09000000000000F03F1001" + "120B0900000000000000401002" + "120B0900000000000008401003",
            Convert.ToHexString(body.AsSpan(2)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/", "http://127.0.0.1:9/api/v1/write")]
    [InlineData("http://127.0.0.1:9/insert/0/prometheus/api/v1/write", "http://127.0.0.1:9/insert/0/prometheus/api/v1/write")]
    public void A_path_is_taken_as_it_is(string given, string address) =>
        Assert.Equal(address, EngineAddress.Parse(given)!.WriteAddress.AbsoluteUri);

    [Fact]
    public void Credentials_are_sent_and_not_shown()
    {
        using var engine = LoopbackServer.Of(204);
        EngineAddress address = EngineAddress.Parse($"http://me:s%40cret@127.0.0.1:{engine.Port}")!;
        using HttpClient client = EngineHttp.Make(TimeSpan.FromSeconds(5));

        new RemoteWriter(client, address).Send(Batch(1));

        Assert.Equal("Basic bWU6c0BjcmV0", Assert.Single(engine.Seen).Headers["Authorization"]);
        Assert.DoesNotContain("cret", address.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_that_is_busy_is_tried_again_with_growing_pauses()
    {
        using var engine = LoopbackServer.Of(500, 503, 429, 204);
        List<TimeSpan> pauses = [];

        Assert.Equal(1, Writer(engine.Address, pauses).Send(Batch(1)).Sent);

        Assert.Equal([0.5, 1, 2], pauses.Select(p => p.TotalSeconds));
    }

    [Fact]
    public void An_engine_says_for_how_long_it_is_left_alone()
    {
        int calls = 0;
        using var engine = new LoopbackServer((_, response) =>
        {
            response.StatusCode = calls++ == 0 ? 429 : 204;
            response.Headers["Retry-After"] = "7";
            return false;
        });
        List<TimeSpan> pauses = [];

        Writer(engine.Address, pauses).Send(Batch(1));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(pauses));
    }

    [Fact]
    public void Patience_ends_and_what_was_not_sent_is_not_lost()
    {
        using var engine = LoopbackServer.Of(500);

        EngineException given = Assert.Throws<EngineException>(() => Writer(engine.Address, []).Send(Batch(1)));

        Assert.True(given.IsPassing);
        Assert.Contains("500", given.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(302)]
    public void A_wrong_address_is_no_refusal_of_samples(int status)
    {
        using var engine = LoopbackServer.Of(status);

        EngineException wrong = Assert.Throws<EngineException>(() => Writer(engine.Address).Send(Batch(1)));

        Assert.False(wrong.IsPassing);
        Assert.Single(engine.Seen);
    }

    [Fact]
    public void Only_what_an_engine_refuses_is_refused()
    {
        using var engine = new LoopbackServer((seen, response) =>
        {
            // As Prometheus does: one sample that is too old refuses the request.
            bool isOld = WriteRequest.Decode(Snappy.DecompressToArray(seen.Body)).Any(s => s.Times.Any(t => t <= 3));
            response.StatusCode = isOld ? 400 : 204;
            return false;
        });

        WriteOutcome outcome = Writer(engine.Address).Send(Batch([.. Enumerable.Range(1, 100).Select(t => (long)t)]));

        Assert.Equal((97, 3), (outcome.Sent, outcome.Refused));
        Assert.StartsWith("400", outcome.Why, StringComparison.Ordinal);
        Assert.True(engine.Seen.Count < 20, $"{engine.Seen.Count} requests");
    }

    [Fact]
    public void An_engine_that_refuses_everything_is_not_asked_for_ever()
    {
        using var engine = LoopbackServer.Of(400);

        WriteOutcome outcome = Writer(engine.Address).Send(Batch([.. Enumerable.Range(1, 5000).Select(t => (long)t)]));

        Assert.Equal((0, 5000), (outcome.Sent, outcome.Refused));
        Assert.True(engine.Seen.Count <= 65, $"{engine.Seen.Count} requests");
    }

    [Fact]
    public void A_long_series_is_divided_and_nothing_of_it_lost()
    {
        WriteBatch[] batches = [.. WriteBatch.Divide([Series([.. Enumerable.Range(1, 25_001).Select(t => (long)t)])])];

        Assert.Equal([10_000, 10_000, 5_001], batches.Select(b => b.Samples));
        Assert.Equal(
            Enumerable.Range(1, 25_001).Select(t => (long)t),
            batches.SelectMany(b => WriteRequest.Decode(Snappy.DecompressToArray(b.Body.Span))).SelectMany(s => s.Times));
    }

    [Fact]
    public void An_hour_without_an_engine_loses_nothing()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("leakstat-outage-");
        try
        {
            int port = EngineProcess.FreePort();
            HashSet<long> arrived = [];
            using (var queue = new RemoteBacklog(folder.FullName, 64 << 20))
            {
                // A batch each simulated minute; every one is tried for two minutes of the clock that the writer is given.
                for (long minute = 1; minute <= 60; minute++)
                {
                    queue.Append(Batch(minute));
                    Assert.Throws<EngineException>(() => Writer($"http://127.0.0.1:{port}", []).Drain(queue));
                }
            }

            using var engine = new LoopbackServer(
                (seen, response) =>
                {
                    lock (arrived)
                    {
                        arrived.UnionWith(WriteRequest.Decode(Snappy.DecompressToArray(seen.Body)).SelectMany(s => s.Times));
                    }

                    response.StatusCode = 204;
                    return false;
                },
                port);
            using var again = new RemoteBacklog(folder.FullName, 64 << 20);
            Assert.Equal(60, Writer(engine.Address).Drain(again).Sent);
            Assert.Equal(Enumerable.Range(1, 60).Select(t => (long)t), arrived.Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static RemoteWriter Writer(string address, List<TimeSpan>? pauses = null)
    {
        var clock = new SetClock();
        return new RemoteWriter(EngineHttp.Make(TimeSpan.FromSeconds(10)), EngineAddress.Parse(address)!)
        {
            Clock = clock,
            Wait = (span, _) =>
            {
                pauses?.Add(span);
                clock.Now += span;
                return false;
            },
        };
    }

    private static WriteBatch Batch(params long[] times) => WriteBatch.Of([Series(times)]);

    private static TimeSeries Series(long[] times) =>
        new([("__name__", "a"), ("host", "h")], [.. times], [.. times.Select(t => (double)t)]);

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
