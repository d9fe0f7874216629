using System.Globalization;
using System.Text;
using Leakstat.Serve.Judging;

namespace Leakstat.Serve.Web;

/// <summary><c>GET /events</c>: server-sent events; one each time that all hosts were compared anew.</summary>
internal sealed class LiveEvents(FleetState fleet, TimeProvider clock)
{
    private const int Most = 200;

    /// <summary>A comment this often keeps what is between from ending the connection.</summary>
    private static readonly TimeSpan s_breath = TimeSpan.FromSeconds(20);

    private int _open;

    /// <summary>Answers until the reader goes, or the server ends.</summary>
    public async Task Stream(HttpContext context, CancellationToken end)
    {
        if (Interlocked.Increment(ref _open) > Most)
        {
            Interlocked.Decrement(ref _open);
            await Answers.Refuse(
                context, StatusCodes.Status503ServiceUnavailable, "events", "too many pages are open")
                .ConfigureAwait(false);
            return;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, end);
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            int told = -1;
            while (!both.IsCancellationRequested)
            {
                // Asked for before the state is read: a change between the two is not missed.
                Task changed = fleet.Changed;
                int revision = fleet.Latest.Revision;
                string text = revision != told
                    ? string.Create(CultureInfo.InvariantCulture, $"event: fleet\ndata: {revision}\n\n")
                    : ": still here\n\n";
                told = revision;
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(text), both.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(both.Token).ConfigureAwait(false);
                await changed.WaitAsync(s_breath, clock, both.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The reader went.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
