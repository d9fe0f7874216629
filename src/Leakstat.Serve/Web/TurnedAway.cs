using System.Diagnostics.Metrics;
using Leakstat.Serve.Health;

namespace Leakstat.Serve.Web;

/// <summary>
/// Counts and tells connections that are closed at once because there are as many as may be. The web server decides
/// that below all that answers requests, and says so by a counter of its own (<c>kestrel.rejected_connections</c>).
/// </summary>
internal sealed class TurnedAway : IDisposable
{
    private const string Counter = "kestrel.rejected_connections";

    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="meters">Where the web server's counters come from: no other server's are meant.</param>
    /// <param name="most">Connections that there may be.</param>
    /// <param name="health">Counts them.</param>
    /// <param name="journal">Tells of them.</param>
    public TurnedAway(IMeterFactory meters, int most, ServerHealth health, Journal journal)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == Counter && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) =>
        {
            for (long i = 0; i < count; i++)
            {
                health.Refuse("connections");
            }

            journal.WriteRarely("connections", $"{most} connections are open; further ones are closed");
        });
        _listener.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
