using System.Collections.Immutable;

namespace Leakstat.Engines.Alerts;

/// <summary>What became of telling one alert to one receiver.</summary>
/// <param name="Receiver">The receiver.</param>
/// <param name="Alert">The alert.</param>
/// <param name="Failure">Why it was not told; null where it was, or would be.</param>
public readonly record struct AlertDelivery(string Receiver, Alert Alert, string? Failure);

/// <summary>
/// Tells alerts: at least once, and what was told is recorded after it was, so that a kill between the two repeats one
/// telling with the same <see cref="Alert.EventId"/> and loses none.
/// </summary>
public static class AlertRun
{
    /// <summary>Tells what is to be told, and records it.</summary>
    /// <param name="state">The alerts of now.</param>
    /// <param name="receivers">Whom to tell.</param>
    /// <param name="silences">Silences beside those of the state.</param>
    /// <param name="now">The time.</param>
    /// <param name="record">
    /// Makes a state durable; called before the first telling and after each one that is new.
    /// </param>
    /// <returns>What was told and what failed, and the state without what is done with.</returns>
    public static (AlertState State, ImmutableArray<AlertDelivery> Deliveries) Tell(
        AlertState state,
        IReadOnlyCollection<IAlertReceiver> receivers,
        IReadOnlyCollection<Silence> silences,
        DateTimeOffset now,
        Action<AlertState> record)
    {
        record(state);
        var deliveries = ImmutableArray.CreateBuilder<AlertDelivery>();
        foreach ((IAlertReceiver receiver, Alert planned) in Plan(state, receivers, silences, now))
        {
            Alert alert = state.Alerts.First(a => a.Id == planned.Id && a.StartsAt == planned.StartsAt);
            try
            {
                receiver.Tell(alert, now);
            }
            catch (AlertException failure)
            {
                deliveries.Add(new AlertDelivery(receiver.Name, alert, failure.Message));
                continue;
            }

            deliveries.Add(new AlertDelivery(receiver.Name, alert, null));
            if (!alert.Told.TryGetValue(receiver.Name, out AlertStatus told) || told != alert.Status)
            {
                state = state.With(alert with { Told = alert.Told.SetItem(receiver.Name, alert.Status) });
                record(state);
            }
        }

        AlertState left = state with { Alerts = [.. state.Alerts.Where(a => !IsDone(a, receivers))] };
        if (left.Alerts.Length < state.Alerts.Length)
        {
            record(left);
        }

        return (left, deliveries.ToImmutable());
    }

    /// <summary>What is to be told, in order.</summary>
    private static IEnumerable<(IAlertReceiver Receiver, Alert Alert)> Plan(
        AlertState state,
        IReadOnlyCollection<IAlertReceiver> receivers,
        IReadOnlyCollection<Silence> silences,
        DateTimeOffset now) =>
        from receiver in receivers
        from alert in state.Alerts
        where !silences.Concat(state.Silences).Any(s => s.Covers(alert, now)) && IsToBeTold(alert, receiver)
        select (receiver, alert);

    /// <summary>What nobody was told of needs no word of its end.</summary>
    private static bool IsToBeTold(Alert alert, IAlertReceiver receiver)
    {
        bool isKnown = alert.Told.TryGetValue(receiver.Name, out AlertStatus told);
        return alert.Status == AlertStatus.Firing
            ? receiver.IsRepeated || !isKnown
            : isKnown && told == AlertStatus.Firing;
    }

    private static bool IsDone(Alert alert, IReadOnlyCollection<IAlertReceiver> receivers) =>
        alert.Status == AlertStatus.Resolved && !receivers.Any(r => IsToBeTold(alert, r));
}
