using System.Globalization;
using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Settings;
using Leakstat.Store.Errors;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Web;

/// <summary>
/// <c>POST /v1/captures</c>: takes a capture of the host whose token the request carries. Answered with 201 (200 for
/// one that is there already) when it is on disk, and not before.
/// </summary>
internal sealed class PushEndpoint : IDisposable
{
    private const int FirstBytes = 64 << 10;

    private readonly Access _access;
    private readonly DeliveryWriter _writer;
    private readonly ServerHealth _health;
    private readonly LimitSettings _limits;
    private readonly DeliveryLook _look;
    private readonly MemoryBudget _memory;
    private readonly SemaphoreSlim _lookers = new(Environment.ProcessorCount);

    /// <summary>Prepares.</summary>
    public PushEndpoint(Access access, DeliveryWriter writer, ServerHealth health, LimitSettings limits)
    {
        (_access, _writer, _health, _limits) = (access, writer, health, limits);
        _look = new DeliveryLook(limits);
        _memory = new MemoryBudget(Math.Max(limits.Memory, limits.Body));
    }

    /// <summary>Answers a push.</summary>
    public async Task Push(HttpContext context)
    {
        if (await _access.HostOf(context).ConfigureAwait(false) is not { } host)
        {
            return;
        }

        long taken = 0;
        _health.Pushes.Begin();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(_limits.Time);
        try
        {
            ReadOnlyMemory<byte>? body = await Read(context.Request, bytes => Take(ref taken, bytes), time.Token)
                .ConfigureAwait(false);
            await (body is { } whole ? Accept(context, host, whole) : Busy(context)).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            // Too large, too slow, cut: said by the server's own reader.
            await Answers.Refuse(context, e.StatusCode, $"status_{e.StatusCode}", BodyFault(e.StatusCode))
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            await Answers.Refuse(
                context,
                StatusCodes.Status408RequestTimeout,
                "slow",
                $"the body did not come within {_limits.Time.TotalSeconds:0} s").ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            RetryLater(context);
            await Answers.Refuse(
                context, StatusCodes.Status503ServiceUnavailable, "disk", $"it could not be stored: {e.Message}")
                .ConfigureAwait(false);
        }
        finally
        {
            _memory.Give(taken);
            _health.Pushes.End();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lookers.Dispose();

    private bool Take(ref long taken, long bytes)
    {
        bool isTaken = _memory.TryTake(bytes);
        taken += isTaken ? bytes : 0;
        return isTaken;
    }

    private async Task Accept(HttpContext context, string host, ReadOnlyMemory<byte> body)
    {
        await _lookers.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        (int Captures, DeliveryFault Fault, string Why) look;
        try
        {
            look = _look.At(host, body);
        }
        finally
        {
            _lookers.Release();
        }

        if (look.Fault != DeliveryFault.None)
        {
            bool isForged = look.Fault == DeliveryFault.OtherHost;
            await Answers.Refuse(
                context,
                isForged ? StatusCodes.Status403Forbidden : StatusCodes.Status422UnprocessableEntity,
                look.Fault switch
                {
                    DeliveryFault.OtherHost => "other_host",
                    DeliveryFault.Beyond => "beyond_bounds",
                    _ => "nothing_read",
                },
                look.Why).ConfigureAwait(false);
            return;
        }

        string id = Delivery.IdOf(host, body.Span);
        var delivery = new Delivery(host, $"captures/{id}", body);

        // From here on what the sender does changes nothing: it is stored, and a repeat is told so.
        bool isNew = await _writer.AddAsync(delivery, CancellationToken.None).ConfigureAwait(false);
        _health.Accept(isNew, body.Length);
        context.Response.Headers.Location = $"/v1/captures/{id}";
        await Answers.Json(
            context,
            new AcceptedDocument(id, host, look.Captures, isNew),
            ServeJson.Context.AcceptedDocument,
            isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private delegate bool TakeBytes(long bytes);

    /// <summary>Reads the body, as far as the bound; null where there is no memory for it now.</summary>
    private async Task<ReadOnlyMemory<byte>?> Read(HttpRequest request, TakeBytes take, CancellationToken end)
    {
        if (request.ContentLength > _limits.Body)
        {
            throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge);
        }

        // A length that is claimed costs nothing until as many bytes have come.
        int size = (int)Math.Min(request.ContentLength ?? FirstBytes, FirstBytes);
        if (!take(size))
        {
            return null;
        }

        byte[] buffer = new byte[Math.Max(size, 1)];
        int length = 0;
        int got;
        while ((got = await request.Body.ReadAsync(buffer.AsMemory(length), end).ConfigureAwait(false)) > 0)
        {
            length += got;
            if (length > _limits.Body)
            {
                throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge);
            }

            if (length == buffer.Length)
            {
                int more = (int)Math.Min(buffer.Length, _limits.Body + 1 - buffer.Length);
                if (more == 0 || !take(more))
                {
                    return null;
                }

                Array.Resize(ref buffer, buffer.Length + more);
            }
        }

        return buffer.AsMemory(0, length);
    }

    private static Task Busy(HttpContext context)
    {
        RetryLater(context);
        return Answers.Refuse(
            context, StatusCodes.Status503ServiceUnavailable, "busy", "too much is coming in; try again");
    }

    private static void RetryLater(HttpContext context) =>
        context.Response.Headers.RetryAfter = 10.ToString(CultureInfo.InvariantCulture);

    private string BodyFault(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => $"the body is larger than {_limits.Body} bytes",
        StatusCodes.Status408RequestTimeout => "the body comes too slowly",
        _ => "the body is cut or malformed",
    };
}
