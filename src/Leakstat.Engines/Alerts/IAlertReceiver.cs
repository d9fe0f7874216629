namespace Leakstat.Engines.Alerts;

/// <summary>Somebody to tell alerts to.</summary>
public interface IAlertReceiver
{
    /// <summary>Who it is: names it in messages and in the state, without credentials.</summary>
    string Name { get; }

    /// <summary>
    /// Whether active alerts are told again in every run, as Alertmanager takes one that is not for resolved. Others
    /// are told once of each status.
    /// </summary>
    bool IsRepeated { get; }

    /// <summary>Tells one alert; returns when the receiver has it.</summary>
    /// <exception cref="AlertException">It was not told; the next run tries again.</exception>
    void Tell(Alert alert, DateTimeOffset now);
}

/// <summary>A receiver did not take an alert.</summary>
public sealed class AlertException : Exception
{
    /// <summary>Takes the message.</summary>
    /// <param name="message">Why, one clause without a full stop.</param>
    /// <param name="cause">What was met; null for none.</param>
    public AlertException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
