using System.Net;
using System.Text;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Engines.Http;

/// <summary>
/// One way to speak HTTP to engines: no redirects, no cookies, bounded waits and bounded error texts.
/// </summary>
public static class EngineHttp
{
    private const int MostErrorText = 2048;
    private const int ShownErrorText = 200;

    /// <summary>What the text of an error may take to come; without it the status has to do.</summary>
    private static readonly TimeSpan s_errorTime = TimeSpan.FromSeconds(5);

    /// <summary>A client; one serves all requests of a program.</summary>
    /// <param name="timeout">What a request may take until its headers are there.</param>
    public static HttpClient Make(TimeSpan timeout)
    {
#pragma warning disable CA2000 // The client disposes its handler.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 64,
            UseCookies = false,
        };
#pragma warning restore CA2000
        var client = new HttpClient(handler) { Timeout = timeout, DefaultRequestVersion = HttpVersion.Version11 };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("leakstat/" + Tool.Version);
        return client;
    }

    /// <summary>Sends a request and waits for the headers of the answer.</summary>
    /// <exception cref="EngineException">There was no answer.</exception>
    public static HttpResponseMessage Send(
        HttpClient client, HttpRequestMessage request, CancellationToken stop = default)
    {
        try
        {
            return client.Send(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException failure)
        {
            throw new EngineException($"{Shown(request)}: {Reason(failure)}", failure) { IsPassing = true };
        }
        catch (OperationCanceledException failure) when (!stop.IsCancellationRequested)
        {
            throw new EngineException($"{Shown(request)}: no answer in {Display.Duration(client.Timeout)}", failure)
            {
                IsPassing = true,
            };
        }
    }

    /// <summary>
    /// What an answer that is no success says, in one printable line: <c>400 Bad Request: out of order</c>.
    /// </summary>
    public static string ErrorOf(HttpResponseMessage response)
    {
        string text = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        string said = ErrorTextOf(response).ReplaceLineEndings(" ").Trim();
        said = said.Length > ShownErrorText ? said[..ShownErrorText] + "…" : said;
        return PrintableText.Of(said.Length == 0 ? text : $"{text}: {said}");
    }

    /// <summary>The first two KiB of the body as text; empty where there are none.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="time">Time that they take at most.</param>
    /// <exception cref="IOException">They break off, or are not there in time.</exception>
    public static string BeginningOf(HttpResponseMessage response, TimeSpan time)
    {
        using var body = DeadlineStream.Of(response, time);
        byte[] bytes = new byte[MostErrorText];
        int read = body.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }

    private static string ErrorTextOf(HttpResponseMessage response)
    {
        try
        {
            return BeginningOf(response, s_errorTime);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string Shown(HttpRequestMessage request) => request.RequestUri!.GetLeftPart(UriPartial.Path);

    private static string Reason(HttpRequestException failure)
    {
        Exception cause = failure;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause is IOException or System.Net.Sockets.SocketException or TimeoutException
            || failure.HttpRequestError == HttpRequestError.SecureConnectionError
            ? PrintableText.Of(cause.Message.TrimEnd('.'))
            : PrintableText.Of($"{failure.HttpRequestError}: {cause.Message.TrimEnd('.')}");
    }
}
