using Leakstat.Dump.Marking;
using Leakstat.Model;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>
/// A line on standard error that tells how far marking is, on a terminal only. The time that remains is what the rest would take
/// at the pace so far; it is an upper bound, because memory that is lost is not read.
/// </summary>
internal sealed class MarkBar(Terminal terminal, bool isWanted) : IDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(250);

    private Timer? _timer;
    private MarkProgress? _progress;
    private long _whole;
    private long _start;
    private bool _shown;

    /// <summary>Starts it.</summary>
    public void Start(MarkProgress progress, long whole)
    {
        if (!isWanted || !terminal.IsErrorTerminal || whole <= 0)
        {
            return;
        }

        _progress = progress;
        _whole = whole;
        _start = TimeProvider.System.GetTimestamp();
        _timer = new Timer(_ => Show(), state: null, s_every, s_every);
    }

    /// <summary>Takes the line away.</summary>
    public void Stop()
    {
        if (_timer is null)
        {
            return;
        }

        using (var done = new ManualResetEvent(initialState: false))
        {
            _timer.Dispose(done);
            done.WaitOne();
        }

        _timer = null;
        if (_shown)
        {
            terminal.Error.Write("\r\u001b[K");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    private void Show()
    {
        double done = Math.Min(1, (double)_progress!.Bytes / _whole);
        double seconds = TimeProvider.System.GetElapsedTime(_start).TotalSeconds;
        string rest = done > 0.02 ? $", at most {Math.Ceiling(seconds / done * (1 - done)):0} s to go" : "";
        _shown = true;
        terminal.Error.Write($"\r\u001b[Kmarking {Display.Bytes(_progress.Bytes)} of at most {Display.Bytes(_whole)}, {done * 100:0} %{rest}");
    }
}
