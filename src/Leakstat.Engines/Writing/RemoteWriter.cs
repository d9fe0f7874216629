using System.Net;
using System.Net.Http.Headers;
using Leakstat.Engines.Http;

namespace Leakstat.Engines.Writing;

/// <summary>What became of samples that were sent.</summary>
/// <param name="Sent">Samples that the engine took.</param>
/// <param name="Refused">Samples that it refused for good: too old, out of order, over its limits.</param>
/// <param name="Why">What it said of the first that it refused; null where it refused none.</param>
public readonly record struct WriteOutcome(long Sent, long Refused, string? Why)
{
    /// <summary>Both together.</summary>
    public WriteOutcome With(WriteOutcome other) => new(Sent + other.Sent, Refused + other.Refused, Why ?? other.Why);
}

/// <summary>
/// Sends batches to an engine by Prometheus remote write 1.0. An engine that is busy, broken or not there is tried
/// again with growing pauses; samples that it refuses are searched by halves, so that those beside them are taken, and
/// are not tried again.
/// </summary>
public sealed class RemoteWriter(HttpClient client, EngineAddress address)
{
    /// <summary>
    /// Requests by which refused samples of one batch are searched at most; then the rest counts as refused.
    /// </summary>
    private const int MostParts = 64;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    /// <summary>The first pause before another try; the next is twice as long, up to half a minute.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>For how long an engine that does not take a batch is tried.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock by which it waits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Waits; true where it was told to stop meanwhile.</summary>
    public Func<TimeSpan, CancellationToken, bool> Wait { get; init; } = (span, stop) => stop.WaitHandle.WaitOne(span);

    /// <summary>The same that tries for another time.</summary>
    public RemoteWriter WithPatience(TimeSpan patience) =>
        new(client, address) { FirstPause = FirstPause, Patience = patience, Clock = Clock, Wait = Wait };

    /// <summary>Sends a batch.</summary>
    /// <exception cref="EngineException">
    /// The engine took nothing in all the time that it is tried, or its answer says that the address or the credentials
    /// are wrong. What was not sent is to be kept.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public WriteOutcome Send(WriteBatch batch, CancellationToken stop = default)
    {
        int left = MostParts;
        return SendPart(batch, stop) is { } refusal
            ? Search(batch, refusal, ref left, stop)
            : new WriteOutcome(batch.Samples, 0, null);
    }

    /// <summary>
    /// Looks in a batch that was refused for what is not: in its two halves, the older one first, as engines want
    /// samples in order. Where both of them are refused and one is older, time is the reason, and all of the older one
    /// is too old.
    /// </summary>
    private WriteOutcome Search(WriteBatch refused, string refusal, ref int left, CancellationToken stop)
    {
        if (left < 2 || refused.Halve() is not { } halves)
        {
            return new WriteOutcome(0, refused.Samples, refusal);
        }

        left -= 2;
        string? older = SendPart(halves.Older, stop);
        string? newer = SendPart(halves.Newer, stop);
        WriteOutcome found = newer is null
            ? new WriteOutcome(halves.Newer.Samples, 0, null)
            : Search(halves.Newer, newer, ref left, stop);
        return older is null ? found.With(new WriteOutcome(halves.Older.Samples, 0, null))
            : newer is not null && halves.IsByTime ? found.With(new WriteOutcome(0, halves.Older.Samples, older))
            : found.With(Search(halves.Older, older, ref left, stop));
    }

    /// <summary>Sends what waits in a queue, the oldest first, until none waits.</summary>
    /// <param name="queue">The queue; what was not sent stays in it.</param>
    /// <param name="sent">Told after each batch.</param>
    /// <param name="stop">Stops it between two requests.</param>
    /// <exception cref="EngineException">As <see cref="Send"/>.</exception>
    public WriteOutcome Drain(RemoteBacklog queue, Action<WriteOutcome>? sent = null, CancellationToken stop = default)
    {
        var all = default(WriteOutcome);
        while (queue.Peek() is { } batch)
        {
            WriteOutcome one = Send(batch, stop);
            queue.Remove(batch);
            all = all.With(one);
            sent?.Invoke(one);
        }

        return all;
    }

    /// <summary>Sends a request until it is answered for good; null where it was taken, else what was said.</summary>
    private string? SendPart(WriteBatch part, CancellationToken stop)
    {
        long started = Clock.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (true)
        {
            (bool isTaken, string text, TimeSpan? after) = Try(part, stop);
            if (isTaken)
            {
                return text.Length == 0 ? null : text;
            }

            TimeSpan wait = after ?? pause;
            if (Clock.GetElapsedTime(started) + wait > Patience)
            {
                throw new EngineException(text) { IsPassing = true };
            }

            if (Wait(wait, stop))
            {
                throw new OperationCanceledException(stop);
            }

            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    /// <summary>
    /// One request. Final: taken (no text), or refused for good (the text). Not final: what went wrong, and for how
    /// long the engine asks to be left alone.
    /// </summary>
    private (bool IsFinal, string Text, TimeSpan? After) Try(WriteBatch part, CancellationToken stop)
    {
        try
        {
            using var content = new ReadOnlyMemoryContent(part.Body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            content.Headers.ContentEncoding.Add("snappy");
            using var request = new HttpRequestMessage(HttpMethod.Post, address.WriteAddress) { Content = content };
            request.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
            request.Headers.Authorization = address.Authorization;
            using HttpResponseMessage response = EngineHttp.Send(client, request, stop);
            if (response.IsSuccessStatusCode)
            {
                return (true, "", null);
            }

            string said = EngineHttp.ErrorOf(response);
            return response.StatusCode switch
            {
                HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
                    or >= HttpStatusCode.InternalServerError =>
                    (false, $"{address}: {said}", AfterOf(response)),
                HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge
                    or HttpStatusCode.UnprocessableEntity => (true, said, null),
                _ => throw new EngineException($"{address}: takes no remote write there: {said}"),
            };
        }
        catch (EngineException failure) when (failure.IsPassing)
        {
            return (false, failure.Message, null);
        }
    }

    private TimeSpan? AfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } span } => Bounded(span),
        { Date: { } date } => Bounded(date - Clock.GetUtcNow()),
        _ => null,
    };

    private static TimeSpan Bounded(TimeSpan span) =>
        span < TimeSpan.Zero ? TimeSpan.Zero : span < s_longestPause ? span : s_longestPause;
}
