using System.Collections.Concurrent;
using System.Net;

namespace Leakstat.Engines.Tests.Parts;

/// <summary>A request as a server got it.</summary>
internal sealed record SeenRequest(string Method, string Path, byte[] Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A server on loopback that answers as a test says.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<SeenRequest, HttpListenerResponse, bool> _answer;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Sets status and headers; true where it wrote the body itself.</param>
    /// <param name="port">Port; 0 for a free one.</param>
    public LoopbackServer(Func<SeenRequest, HttpListenerResponse, bool> answer, int port = 0)
    {
        _answer = answer;
        Port = port == 0 ? EngineProcess.FreePort() : port;
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = Task.Run(Serve);
    }

    /// <summary>One that answers every request with a status, in turn; the last again and again.</summary>
    public static LoopbackServer Of(params int[] statuses)
    {
        int next = 0;
        return new LoopbackServer((_, response) =>
        {
            response.StatusCode = statuses[Math.Min(next++, statuses.Length - 1)];
            return false;
        });
    }

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port}";

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                _ = Task.Run(() => Answer(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            context.Request.InputStream.CopyTo(body);
            var seen = new SeenRequest(
                context.Request.HttpMethod,
                context.Request.RawUrl!,
                body.ToArray(),
                context.Request.Headers.AllKeys.ToDictionary(k => k!, k => context.Request.Headers[k]!));
            Seen.Enqueue(seen);
            if (!_answer(seen, context.Response))
            {
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client went away.
        }
    }
}
