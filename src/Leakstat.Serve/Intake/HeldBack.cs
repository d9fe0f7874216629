namespace Leakstat.Serve.Intake;

/// <summary>
/// What of a spool could not be taken in for a reason that may pass (too many open files, a fault of the disk, a right
/// that is missing): tried again once it has changed or a pause is over, each pause twice the one before. It is kept
/// in memory alone, so that a new start tries everything.
/// </summary>
internal sealed class HeldBack(TimeProvider clock)
{
    /// <summary>The first pause.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(10);

    /// <summary>No pause is longer.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly Dictionary<string, (string State, long Since, TimeSpan Pause)> _held = [];

    /// <summary>Whether something is not to be tried now.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="state">What changes when it does.</param>
    public bool Has(string path, string state) =>
        _held.TryGetValue(path, out (string State, long Since, TimeSpan Pause) held)
        && held.State == state
        && clock.GetElapsedTime(held.Since) < held.Pause;

    /// <summary>Notes that something could not be taken in; gives the pause before it is tried again.</summary>
    public TimeSpan Add(string path, string state)
    {
        TimeSpan pause = _held.TryGetValue(path, out (string State, long Since, TimeSpan Pause) held)
            && held.State == state
                ? TimeSpan.FromTicks(Math.Min(held.Pause.Ticks * 2, LongestPause.Ticks))
                : ShortestPause;
        _held[path] = (state, clock.GetTimestamp(), pause);
        return pause;
    }

    /// <summary>Forgets something that was taken in.</summary>
    public void Remove(string path) => _held.Remove(path);

    /// <summary>Forgets what is not there any more.</summary>
    public void RemoveGone()
    {
        foreach (string path in _held.Keys.Where(p => !Path.Exists(p)).ToArray())
        {
            _held.Remove(path);
        }
    }
}
