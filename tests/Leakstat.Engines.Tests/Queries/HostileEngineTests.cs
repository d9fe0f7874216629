using System.Diagnostics;
using System.Net;
using System.Text;
using Leakstat.Engines.Http;
using Leakstat.Engines.Queries;
using Leakstat.Engines.Tests.Parts;
using Leakstat.Tests.Cli;
using Snappier;

namespace Leakstat.Engines.Tests.Queries;

/// <summary>Engines that are not there, refuse, lie, or never end: told in one line, within bounds.</summary>
public sealed class HostileEngineTests
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UnixEpoch;

    [Fact]
    public void One_that_is_not_there() => AssertUnreachable($"http://127.0.0.1:{EngineProcess.FreePort()}", "refused");

    [Fact]
    public void One_that_wants_a_password()
    {
        using var engine = LoopbackServer.Of(401);
        AssertUnreachable(engine.Address, "401");
    }

    [Fact]
    public void One_that_is_a_web_page()
    {
        using var engine = new LoopbackServer((_, response) => Say(response, "<html>welcome</html>"));
        AssertUnreachable(engine.Address, "does not answer as VictoriaMetrics or Prometheus do");
    }

    [Fact]
    public void A_redirect_is_not_followed()
    {
        using var engine = new LoopbackServer((_, response) =>
        {
            response.StatusCode = 302;
            response.Headers["Location"] = "http://127.0.0.1:1/";
            return false;
        });
        AssertUnreachable(engine.Address, "302");
    }

    [Theory]
    [InlineData("nothing of the kind")]
    [InlineData("{\"status\":\"success\"}")]
    [InlineData("[1,2]")]
    [InlineData("{\"data\":{}}")]
    public void A_list_of_hosts_that_is_none(string body)
    {
        using var engine = Victoria(path => path.Contains("/label/", StringComparison.Ordinal) ? body : "");
        AssertUnreachable(engine.Address, "does not answer as VictoriaMetrics or Prometheus do");
    }

    [Theory]
    [InlineData("nothing of the kind")]
    [InlineData("{\"metric\":{},\"values\":[1],\"timestamps\":[]}")]
    [InlineData("{\"metric\":{},\"values\":[1],\"timestamps\":[1e300]}")]
    [InlineData("{\"values\":[1],\"timestamps\":[1]}")]
    [InlineData("{\"metric\":[],\"values\":{},\"timestamps\":{}}")]
    public void A_line_of_an_export_that_is_none(string line)
    {
        using var engine = Victoria(_ => line + "\n");
        Assert.Throws<EngineException>(() => Open(engine).Series(new EngineHost("host", "h"), s_from, s_from).ToList());
    }

    [Fact]
    public void An_export_without_end_is_left()
    {
        using var engine = new LoopbackServer((seen, response) =>
        {
            if (seen.Path.Contains("nothing", StringComparison.Ordinal))
            {
                return Say(response, "");
            }

            byte[] line = Encoding.ASCII.GetBytes("{\"metric\":{\"__name__\":\"leakstat_x\"},\"values\":[1],\"timestamps\":[1]}\n");
            while (true)
            {
                response.OutputStream.Write(line);
            }
        });
        var bounds = new ReadBounds { HostBytes = 1 << 20 };

        EngineException left = Assert.Throws<EngineException>(
            () => Open(engine, bounds).Series(new EngineHost("host", "h"), s_from, s_from).Count());

        Assert.Contains("more than", left.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_left()
    {
        using var engine = Victoria(_ => new string('x', 4 << 20));

        Assert.Throws<EngineException>(() => Open(engine, new ReadBounds { SeriesBytes = 1 << 20 })
            .Series(new EngineHost("host", "h"), s_from, s_from).Count());
    }

    [Theory]
    [InlineData("nothing", 200)]
    [InlineData("nothing", 404)]
    [InlineData("query", 200)]
    [InlineData("read", 200)]
    [InlineData("read", 500)]
    public void An_answer_that_drips_is_left(string dripping, int status)
    {
        using var engine = new LoopbackServer((seen, response) =>
        {
            if (!seen.Path.Contains(dripping, StringComparison.Ordinal))
            {
                response.StatusCode = seen.Path.Contains("/export", StringComparison.Ordinal) ? 404 : 200;
                return seen.Path.Contains("/query", StringComparison.Ordinal) && Say(response, "{\"status\":\"success\"}");
            }

            response.StatusCode = status;
            return Drip(response);
        });

        AssertLeft(engine);
    }

    [Fact]
    public void An_export_that_drips_is_left()
    {
        using var engine = new LoopbackServer((seen, response) =>
            seen.Path.Contains("nothing", StringComparison.Ordinal) ? Say(response, "") : Drip(response));

        AssertLeft(engine);
    }

    [Fact]
    public void A_first_answer_that_breaks_off_is_not_taken_for_an_empty_one()
    {
        using var engine = new LoopbackServer((_, response) =>
        {
            response.ContentLength64 = 1000;
            response.OutputStream.Write(" "u8);
            response.OutputStream.Flush();
            response.Abort();
            return true;
        });

        EngineException left = Assert.Throws<EngineException>(() => Open(engine));
        Assert.True(left.IsPassing);
        Assert.Contains("breaks off", left.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_is_not_compressed_as_it_says_is_told()
    {
        using var engine = new LoopbackServer((_, response) =>
        {
            response.Headers["Content-Encoding"] = "gzip";
            return Say(response, "this is no gzip");
        });

        AssertUnreachable(engine.Address, "breaks off");
    }

    [Theory]
    [InlineData("FFFFFFFF0F00", "more than")]
    [InlineData("0A0B0C", "not compressed by Snappy")]
    public void A_remote_read_that_is_a_bomb_or_damaged(string body, string what) => AssertRemoteRead(Convert.FromHexString(body), what);

    [Fact]
    public void A_remote_read_that_holds_no_messages() =>
        AssertRemoteRead(Snappy.CompressToArray(Convert.FromHexString("0AFF0102")), "remote read is none");

    private static void AssertRemoteRead(byte[] body, string what)
    {
        using var engine = new LoopbackServer((seen, response) =>
        {
            if (seen.Path.Contains("/export", StringComparison.Ordinal))
            {
                response.StatusCode = 404;
                return false;
            }

            return seen.Path.Contains("/query", StringComparison.Ordinal)
                ? Say(response, "{\"status\":\"success\"}")
                : Say(response, body);
        });

        EngineException left = Assert.Throws<EngineException>(
            () => Open(engine).Series(new EngineHost("host", "h"), s_from, s_from).Count());
        Assert.Contains(what, left.Message, StringComparison.Ordinal);
    }

    private static void AssertLeft(LoopbackServer engine)
    {
        var clock = Stopwatch.StartNew();

        Assert.Throws<EngineException>(() => Open(engine, new ReadBounds { Time = TimeSpan.FromSeconds(1) })
            .Series(new EngineHost("host", "h"), s_from, s_from).Count());

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    private static bool Drip(HttpListenerResponse response)
    {
        while (true)
        {
            response.OutputStream.Write(" "u8);
            response.OutputStream.Flush();
            Thread.Sleep(50);
        }
    }

    private static IEngineReader Open(LoopbackServer engine, ReadBounds? bounds = null) =>
        EngineReaders.Open(EngineHttp.Make(TimeSpan.FromSeconds(10)), EngineAddress.Parse(engine.Address)!, bounds);

    private static LoopbackServer Victoria(Func<string, string> answer) => new((seen, response) =>
        Say(response, seen.Path.Contains("nothing", StringComparison.Ordinal) ? "" : answer(seen.Path)));

    private static bool Say(HttpListenerResponse response, string text) => Say(response, Encoding.UTF8.GetBytes(text));

    private static bool Say(HttpListenerResponse response, byte[] body)
    {
        response.OutputStream.Write(body);
        response.Close();
        return true;
    }

    private static void AssertUnreachable(string address, string what)
    {
        CommandRun run = CommandRun.Of(["fleet", "--from", address]);

        Assert.Equal((4, ""), (run.ExitCode, run.Output));
        Assert.Contains(what, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
