using System.Globalization;
using Leakstat.Cli.Hosting;
using Leakstat.Dump.Marking;
using Leakstat.Model;

namespace Leakstat.Cli.Dumps;

/// <summary>
/// A line on standard error that tells how far marking is, on a terminal only. The time that remains is what the rest
/// would take at the pace so far; it is an upper bound, because memory that is lost is not read.
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
            terminal.Progress.Write("\r\u001b[K");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <summary>What it says.</summary>
    /// <param name="bytes">Bytes read so far.</param>
    /// <param name="whole">Bytes that are read at most.</param>
    /// <param name="seconds">Time since the start.</param>
    internal static string Text(long bytes, long whole, double seconds)
    {
        double done = Math.Clamp((double)bytes / whole, 0, 1);

        // The first hundredths say little about the pace.
        string rest = done > 0.02
            ? string.Create(
                CultureInfo.InvariantCulture, $", at most {Math.Ceiling(seconds / done * (1 - done)):0} s to go")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"marking {Display.Bytes(bytes)} of at most {Display.Bytes(whole)}, {Math.Floor(done * 100):0} %{rest}");
    }

    private void Show()
    {
        _shown = true;
        terminal.Progress.Write(
            $"\r\u001b[K{Text(_progress!.Bytes, _whole, TimeProvider.System.GetElapsedTime(_start).TotalSeconds)}");
    }
}
