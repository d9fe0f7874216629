using System.Collections.Immutable;
using Leakstat.Engines.Alerts;
using Leakstat.Engines.Alerts.Settings;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Serve.Health;
using Leakstat.Serve.Judging;

namespace Leakstat.Serve.Alerting;

/// <summary>
/// Tells the causes of the fleet as alerts, one for each however many hosts have it, on a thread of its own: what is
/// new or over when the fleet was compared, what is active once a minute to those that want it again. What was told is
/// on disk before the next is told, so that a start goes on where the end before it was, whatever ended it.
/// </summary>
internal sealed class AlertSender : IFleetNews, IDisposable
{
    private readonly AlertSettings _settings;
    private readonly ImmutableArray<IAlertReceiver> _receivers;
    private readonly AlertStateFile _file;
    private readonly Action<AlertState> _record;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly AutoResetEvent _news = new(false);
    private FleetReport? _fleet;
    private AlertState _state;
    private long _told;
    private long _failed;

    /// <summary>Takes the state of alerts, which is then this process's alone.</summary>
    /// <param name="settings">Whom to tell, and of what.</param>
    /// <param name="isDryRun">Whether the journal is told in place of them, and nothing kept.</param>
    /// <param name="journal">Where is told who could not be.</param>
    /// <param name="clock">The time.</param>
    /// <exception cref="IOException">Another process has the state, or it cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public AlertSender(AlertSettings settings, bool isDryRun, Journal journal, TimeProvider clock)
    {
        (_settings, _journal, _clock) = (settings, journal, clock);
        _file = new AlertStateFile(settings.State);
        try
        {
            _state = _file.Read();
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        _receivers = isDryRun
            ? [.. settings.Receivers.Select(r => new DryRunReceiver(r, isRepeated: false, journal.Write))]
            : settings.Receivers;
        _record = isDryRun ? static _ => { } : _file.Write;
    }

    /// <summary>Time between two runs in which nothing changed: for Alertmanager, and who could not be told.</summary>
    public required TimeSpan Between { get; init; }

    /// <summary>Alerts that are active.</summary>
    public int Active => Volatile.Read(ref _state).Alerts.Count(a => a.Status == AlertStatus.Firing);

    /// <summary>Times that a receiver was told of an alert.</summary>
    public long Told => Interlocked.Read(ref _told);

    /// <summary>Times that a receiver could not be told.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <inheritdoc/>
    public void Judged(JudgedHost host)
    {
        // A host alone is no cause of the fleet.
    }

    /// <inheritdoc/>
    public void Compared(FleetReport fleet, bool isWhole)
    {
        // While the hosts are still judged after a start, what is missing is not gone.
        if (isWhole)
        {
            Volatile.Write(ref _fleet, fleet);
            _news.Set();
        }
    }

    /// <summary>Tells until it is ended.</summary>
    public void Run(CancellationToken end)
    {
        long? last = null;
        WaitHandle[] occasions = [end.WaitHandle, _news];
        while (true)
        {
            WaitHandle.WaitAny(occasions, Between);
            if (end.IsCancellationRequested)
            {
                return;
            }

            if (Volatile.Read(ref _fleet) is { } fleet)
            {
                bool isDue = last is not { } before || _clock.GetElapsedTime(before) >= Between;
                last = Tell(fleet, isDue) ? _clock.GetTimestamp() : last;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _news.Dispose();
        _file.Dispose();
    }

    /// <summary>One run; false where nothing changed and none is due.</summary>
    private bool Tell(FleetReport fleet, bool isDue)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        AlertState next = CauseAlerts.Update(_state, fleet, _settings.Least, _settings.Unseen, now);
        if (!isDue && next.Alerts.Select(KeyOf).ToHashSet().SetEquals(_state.Alerts.Select(KeyOf)))
        {
            return false;
        }

        try
        {
            (AlertState left, ImmutableArray<AlertDelivery> deliveries) = AlertRun.Tell(
                next, _receivers, _settings.Silences, now, Record);
            Volatile.Write(ref _state, left);
            ILookup<bool, AlertDelivery> byResult = deliveries.ToLookup(d => d.Failure is null);
            Interlocked.Add(ref _told, byResult[true].Count());
            Interlocked.Add(ref _failed, byResult[false].Count());
            foreach (AlertDelivery one in byResult[false])
            {
                _journal.WriteRarely(
                    "alert to " + one.Receiver,
                    $"{one.Receiver} is not told of {one.Alert.Summary}: {one.Failure}; tried again");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _journal.WriteRarely("alert state", $"alerts wait: {_settings.State}: {FaultText.Of(e)}");
        }

        return true;
    }

    /// <summary>
    /// Keeps a state, in memory also where the disk does not take it: what was told is not told again while it is full.
    /// </summary>
    private void Record(AlertState state)
    {
        Volatile.Write(ref _state, state);
        _record(state);
    }

    private static (string Id, DateTimeOffset Start, AlertStatus Status) KeyOf(Alert alert) =>
        (alert.Id, alert.StartsAt, alert.Status);
}
