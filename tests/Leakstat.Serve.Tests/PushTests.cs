using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Leakstat.Serve.Tests;

/// <summary>What is pushed is there when it is acknowledged; what must not come in is refused with the right code.</summary>
public sealed class PushTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_capture_is_acknowledged_once_and_a_repeat_is_told()
    {
        await using RunningServer server = await RunningServer.Start();
        byte[] body = HostCaptures.Small("fw1", 1);

        using HttpResponseMessage first = await server.Push("fw1", body);
        using HttpResponseMessage second = await server.Push("fw1", body);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using JsonDocument told = JsonDocument.Parse(await first.Content.ReadAsStringAsync(End));
        Assert.Equal("fw1", told.RootElement.GetProperty("host").GetString());
        Assert.Equal(1, told.RootElement.GetProperty("captures").GetInt32());
        Assert.True(told.RootElement.GetProperty("new").GetBoolean());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        using HttpClient reader = server.Client();
        Assert.Equal(body, await reader.GetByteArrayAsync(first.Headers.Location, End));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zip")]
    [InlineData("transcript")]
    public async Task Every_form_of_a_capture_is_taken(string form)
    {
        await using RunningServer server = await RunningServer.Start();
        string folder = Path.Combine(HostCaptures.Root, "samples/freebsd-14.2-fresh-boot");
        byte[] body = form switch
        {
            "zip" => Zip(("vmstat-z.txt", File.ReadAllBytes(Path.Combine(folder, "vmstat-z.txt")))),
            "transcript" => Encoding.UTF8.GetBytes(
                $"$ vmstat -z\n{File.ReadAllText(Path.Combine(folder, "vmstat-z.txt"))}\n$ vmstat -m\n"
                    + File.ReadAllText(Path.Combine(folder, "vmstat-m.txt"))),
            _ => HostCaptures.Tar(folder, "fw1"),
        };

        using HttpResponseMessage answer = await server.Push("fw1", body);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await server.Settled(hosts: 1);
        Assert.NotEmpty(server.Parts.Fleet.Find("fw1")!.Numbers.Zones);
    }

    [Theory]
    [InlineData("fw2", HttpStatusCode.Forbidden)]
    [InlineData("fw1.example.org", HttpStatusCode.Created)]
    [InlineData("FW1", HttpStatusCode.Created)]
    public async Task The_host_is_that_of_the_token(string said, HttpStatusCode wanted)
    {
        await using RunningServer server = await RunningServer.Start();

        using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Small(said, 1));

        Assert.Equal(wanted, answer.StatusCode);
        await server.Until(() => server.Parts.Loader.Waiting == 0, "loaded");
        Assert.Empty(server.Parts.Inbox.List(said == "fw1" ? "" : said, 10));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong-token-of-nobody")]
    [InlineData(RunningServer.Reader)]
    public async Task Without_the_token_of_a_host_nothing_is_taken(string? token)
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient client = server.Client(token);

        using HttpResponseMessage answer =
            await client.PostAsync("/v1/captures", new ByteArrayContent(HostCaptures.Small("fw1", 1)), End);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_a_host_opens_no_page()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient client = server.Client(RunningServer.TokenOf("fw1"));

        using HttpResponseMessage answer = await client.GetAsync("/v1/hosts", End);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Who_guesses_tokens_has_to_wait()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient guesser = server.Client("wrong-token-of-nobody");
        List<HttpStatusCode> codes = [];
        for (int i = 0; i < 25; i++)
        {
            using HttpResponseMessage answer = await guesser.GetAsync("/v1/hosts", End);
            codes.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, codes[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, codes[^1]);
        using HttpResponseMessage guess =
            await guesser.PostAsync("/v1/captures", new ByteArrayContent(HostCaptures.Small("fw1", 1)), End);
        Assert.Equal(HttpStatusCode.TooManyRequests, guess.StatusCode);
        Assert.NotNull(guess.Headers.RetryAfter);

        // Others behind the same address have their token, and are not made to wait.
        using HttpResponseMessage push = await server.Push("fw1", HostCaptures.Small("fw1", 1));
        Assert.Equal(HttpStatusCode.Created, push.StatusCode);
    }

    [Fact]
    public async Task Who_sends_no_token_guesses_none()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient nobody = server.Client(null);
        using HttpClient guesser = server.Client("wrong-token-of-nobody");
        for (int i = 0; i < 25; i++)
        {
            using HttpResponseMessage answer = await nobody.GetAsync("/v1/hosts", End);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        using HttpResponseMessage first = await guesser.GetAsync("/v1/hosts", End);
        Assert.Equal(HttpStatusCode.Unauthorized, first.StatusCode);
    }

    [Fact]
    public async Task What_is_no_capture_is_refused()
    {
        await using RunningServer server = await RunningServer.Start();

        foreach (byte[] body in (byte[][])[[], "hello\n"u8.ToArray(), [0x1f, 0x8b, 8, 0, 1, 2, 3], new byte[5000]])
        {
            using HttpResponseMessage answer = await server.Push("fw1", body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        }

        Assert.Empty(server.Parts.Inbox.Waiting());
    }

    [Fact]
    public async Task A_body_beyond_the_bounds_is_refused()
    {
        await using RunningServer server = await RunningServer.Start((s, _) => s with
        {
            Limits = s.Limits with { Body = 1 << 20, Expanded = 1 << 20, Entries = 20 },
        });
        byte[] capture = File.ReadAllBytes(
            Path.Combine(HostCaptures.Root, "samples/freebsd-14.2-fresh-boot/vmstat-z.txt"));

        // A bomb beside a capture, in every form; a path that leads out; more files than a capture has.
        (string What, byte[] Body)[] bodies =
        [
            ("gzip bomb", HostCaptures.Tar([("vmstat-z.txt", capture), ("zeros.txt", new byte[32 << 20])])),
            ("zip bomb", Zip([("vmstat-z.txt", capture), .. Enumerable.Range(0, 9).Select(i => ($"{i}.txt", new byte[900_000]))])),
            ("path", HostCaptures.Tar([("vmstat-z.txt", capture), ("../../../etc/passwd", capture)])),
        ];
        foreach ((string what, byte[] body) in bodies)
        {
            using HttpResponseMessage answer = await server.Push("fw1", body);
            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{what}: {answer.StatusCode}");
        }

        using HttpResponseMessage large = await server.PushIfTaken("fw1", new byte[(1 << 20) + 1]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Empty(server.Parts.Inbox.Waiting());
        Assert.Contains("422", server.Journal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_is_held_in_memory_than_there_is_room_for()
    {
        await using RunningServer server = await RunningServer.Start((s, _) => s with
        {
            Limits = s.Limits with { Body = 1 << 20, Memory = 1 << 20, Time = TimeSpan.FromSeconds(20) },
        });
        using HttpClient client = server.Client(RunningServer.TokenOf("fw1"));
        using var gate = new ManualResetEventSlim();
        Task<HttpResponseMessage> holder = client.PostAsync(
            "/v1/captures", new StreamContent(new EndlessStream(900 << 10, gate)), End);
        await Task.Delay(500, End);

        using HttpResponseMessage second = await server.Push("fw1", new byte[800 << 10]);
        gate.Set();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.NotNull(second.Headers.RetryAfter);
        (await holder).Dispose();

        // What was held is given back.
        using HttpResponseMessage third = await server.Push("fw1", HostCaptures.Small("fw1", 1));
        Assert.Equal(HttpStatusCode.Created, third.StatusCode);
    }

    /// <summary>Files as a zip archive.</summary>
    private static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return packed.ToArray();
    }

    /// <summary>Gives zeros; all but the last of them at once, the last when a gate opens.</summary>
    private sealed class EndlessStream(long length, ManualResetEventSlim? gate = null) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (gate is not null && _left <= 1)
            {
                gate.Wait(TimeSpan.FromSeconds(15));
            }

            int given = (int)Math.Min(count, gate is not null && _left > 1 ? _left - 1 : _left);
            _left -= given;
            return given;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
