using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Leakstat.ServeBench;

/// <summary>Pushes to a server; every capture is a new one.</summary>
internal sealed class PushLoad(ServerUnderLoad server, Bodies bodies, int hosts) : IDisposable
{
    private const int Connections = 32;

    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 })
    {
        BaseAddress = server.Address,
    };

    private int _next = 2 * hosts;

    public void Dispose() => _client.Dispose();

    /// <summary>Pushes a capture of every host.</summary>
    public Task OneOfEachAsync(int minute) => Parallel.ForAsync(
        0,
        hosts,
        new ParallelOptions { MaxDegreeOfParallelism = Connections },
        async (i, _) => await PushAsync(i, bodies.Of(ServerUnderLoad.HostOf(i), minute)));

    /// <summary>As fast as it goes: captures acknowledged a second, and how many were not.</summary>
    public async Task<(double Rate, int Refused)> FastestAsync(TimeSpan time)
    {
        // Made before: packing them costs the clients as much as taking them does the server.
        (int Host, byte[] Body)[] made = Make((int)(2000 * time.TotalSeconds));
        int next = -1;
        int accepted = 0;
        int refused = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            int i;
            while (clock.Elapsed < time && (i = Interlocked.Increment(ref next)) < made.Length)
            {
                if (await PushAsync(made[i].Host, made[i].Body) == HttpStatusCode.Created)
                {
                    Interlocked.Increment(ref accepted);
                }
                else
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }));
        return (accepted / clock.Elapsed.TotalSeconds, refused);
    }

    /// <summary>At a steady rate, whether or not answers come: how long each took, milliseconds, sorted.</summary>
    public async Task<double[]> SteadyAsync(int rate, TimeSpan time)
    {
        (int Host, byte[] Body)[] made = Make((int)(rate * time.TotalSeconds));
        ConcurrentBag<double> took = [];
        List<Task> open = [];
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < made.Length; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)i / rate);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            (int host, byte[] body) = made[i];
            open.Add(Task.Run(async () =>
            {
                await PushAsync(host, body);
                took.Add((clock.Elapsed - due).TotalMilliseconds);
            }));
        }

        await Task.WhenAll(open);
        return [.. took.Order()];
    }

    private (int Host, byte[] Body)[] Make(int count)
    {
        var made = new (int, byte[])[count];
        int begin = Interlocked.Add(ref _next, count) - count;
        Parallel.For(0, count, i =>
        {
            int number = begin + i;
            made[i] = (number % hosts, bodies.Of(ServerUnderLoad.HostOf(number % hosts), number / hosts));
        });
        return made;
    }

    private async Task<HttpStatusCode> PushAsync(int host, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/captures") { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = ServerUnderLoad.Authorization(ServerUnderLoad.HostOf(host));
        using HttpResponseMessage answer = await _client.SendAsync(request);
        return answer.StatusCode;
    }
}
