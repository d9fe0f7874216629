namespace Leakstat.Engines.Http;

/// <summary>
/// An engine could not be reached, refused, or answered with what is not its protocol. The message is one line for the
/// user.
/// </summary>
public sealed class EngineException : Exception
{
    /// <summary>
    /// Whether it may pass: nobody answered, or not in time. False where an answer says that something is wrong.
    /// </summary>
    public bool IsPassing { get; init; }

    /// <summary>Takes the message.</summary>
    /// <param name="message">Where and why, one clause without a full stop.</param>
    /// <param name="cause">What was met; null for none.</param>
    public EngineException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
