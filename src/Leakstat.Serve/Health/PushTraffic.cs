namespace Leakstat.Serve.Health;

/// <summary>
/// Pushes in hand, before which work gives way that nobody waits for: a capture is safe once it is in the inbox, and
/// is brought into the store and judged later, with what came meanwhile, for less. Any thread may call.
/// </summary>
internal sealed class PushTraffic
{
    /// <summary>Work rests so many times as long as it took: it goes on at a quarter of its pace.</summary>
    private const int Rest = 3;

    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(1);

    private int _inHand;

    /// <summary>Pushes that are not answered yet.</summary>
    public int InHand => Volatile.Read(ref _inHand);

    /// <summary>A push came.</summary>
    public void Begin() => Interlocked.Increment(ref _inHand);

    /// <summary>A push was answered, or is gone.</summary>
    public void End() => Interlocked.Decrement(ref _inHand);

    /// <summary>Rests after a piece of work where more pushes are in hand than processors can take.</summary>
    /// <param name="worked">How long the work took.</param>
    /// <param name="end">Ends the rest.</param>
    public void GiveWay(TimeSpan worked, CancellationToken end)
    {
        if (InHand > Environment.ProcessorCount)
        {
            TimeSpan rest = worked * Rest;
            end.WaitHandle.WaitOne(rest < s_longestRest ? rest : s_longestRest);
        }
    }
}
