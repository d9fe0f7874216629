namespace Leakstat.Serve.Web;

/// <summary>
/// Lets requests that load the history of a host through a few at a time: a history takes tens of megabytes while it is
/// in hand, and whoever asks for a hundred at once gets them one after another.
/// </summary>
internal sealed class HistoryGate : IDisposable
{
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Runs what loads a history, once there is a place for it; the answer is sent behind it.</summary>
    /// <param name="work">What loads it.</param>
    /// <param name="end">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public async Task<T> Run<T>(Func<T> work, CancellationToken end)
    {
        await _places.WaitAsync(end).ConfigureAwait(false);
        try
        {
            return work();
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
