namespace Leakstat.Engines.Http;

/// <summary>
/// Ends an answer whose body takes too long: the timeout of a client ends with the headers, and a body may drip for
/// ever. Whoever reads it then meets an <see cref="IOException"/> or <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed class BodyDeadline : IDisposable
{
    private readonly Timer _timer;

    public BodyDeadline(HttpResponseMessage response, TimeSpan time) =>
        _timer = new Timer(_ => response.Dispose(), null, time, Timeout.InfiniteTimeSpan);

    /// <summary>Whether an exception is how a body that was broken off, or ended here, shows.</summary>
    public static bool IsBreak(Exception e) =>
        e is IOException or HttpRequestException or ObjectDisposedException or NullReferenceException;

    public void Dispose() => _timer.Dispose();
}
