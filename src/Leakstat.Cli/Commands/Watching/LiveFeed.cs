using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Targets;
using Leakstat.Model;

namespace Leakstat.Cli.Commands.Watching;

/// <summary>A live host: one connection that captures come through, made anew, less and less often, when it breaks.</summary>
/// <param name="target">The host.</param>
/// <param name="every">Time between captures.</param>
/// <param name="limit">Most time for one.</param>
/// <param name="ssh">The ssh program and its options.</param>
/// <param name="follow">Whether to go on after the first.</param>
internal sealed class LiveFeed(LiveTarget target, TimeSpan every, TimeSpan limit, IReadOnlyList<string> ssh, bool follow) : ICaptureFeed
{
    private const int LongestPause = 60;

    private readonly CancellationTokenSource _end = new();
    private readonly ChildProcesses _children = new();
    private readonly NamePool _names = new();
    private Thread? _thread;
    private int _taken;

    /// <inheritdoc/>
    public string Target => target.Text;

    /// <inheritdoc/>
    public void Start(Action<FeedEvent> post)
    {
        _thread = new Thread(() => Run(post)) { IsBackground = true, Name = target.Text };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _children.Dispose();
        _thread?.Join(2000);
    }

    private void Run(Action<FeedEvent> post)
    {
        var session = new LiveSession(_children, ssh);
        for (int failures = 0; !_end.IsCancellationRequested;)
        {
            int before = _taken;
            LiveResult result = session.Run(
                target, follow ? new CollectorRequest(every, Count: 0) : new CollectorRequest(), limit, capture => Take(capture, post), _end.Token);
            if (!follow || (result.Failure is { IsLasting: true } && _taken == 0))
            {
                post(new FeedEnded(
                    _taken > 0 ? ExitCode.Done : ExitCode.Unreachable,
                    _taken > 0 ? null : $"{target.Text}: {result.Failure?.Text ?? "it sent no capture"}"));
                return;
            }

            failures = _taken > before ? 1 : failures + 1;
            int pause = Math.Min(1 << Math.Min(failures, 6), LongestPause);
            post(new FeedTrouble($"{result.Failure?.Text ?? "the connection ended"}; next try in {pause} s"));
            _end.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(pause));
        }
    }

    private void Take(StreamedCapture streamed, Action<FeedEvent> post)
    {
        // Half a capture would show rows as gone that are not.
        if (!streamed.IsComplete)
        {
            return;
        }

        (string Name, ReadOnlyMemory<byte> Content)[] files = [.. streamed.FolderFiles()];
        Capture capture = CaptureAssembly.Read(target.Text, files, _names, ReadLimits.Default);
        _taken++;
        post(new CaptureTaken(capture, files, IsLast: true));
        post(new FeedTrouble(null));
    }
}
