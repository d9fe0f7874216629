using System.Collections.Concurrent;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Sources;

/// <summary>
/// Reads planned captures in their order. Folders stand for themselves and may be read ahead on other threads; what
/// lies together in an archive or a text is read one after another where it is asked for.
/// </summary>
internal sealed class CaptureQueue(IReadOnlyList<PlannedCapture> planned, ReadContext context, int ahead)
{
    /// <summary>One for each thread: a pool of names is not for several threads at a time.</summary>
    private readonly ConcurrentBag<ReadContext> _contexts = [];

    private readonly ILookup<CaptureContainer, PlannedCapture> _members = planned.ToLookup(p => p.Container);
    private readonly Dictionary<CaptureContainer, (IEnumerator<ReadCapture> Captures, int Left)> _open = [];

    /// <summary>The captures, oldest first. Ended early, it leaves nothing open.</summary>
    public IEnumerable<ReadCapture> Read()
    {
        Queue<Task<ReadCapture?>?> started = [];
        int next = 0;
        try
        {
            for (int i = 0; i < planned.Count; i++)
            {
                for (; next < planned.Count && next <= i + ahead; next++)
                {
                    started.Enqueue(
                        ahead > 0 && planned[next].Container is FolderContainer folder
                            ? Start(folder, planned[next])
                            : null);
                }

                // A source that changed since it was planned may hold fewer than it did.
                ReadCapture? read = started.Dequeue() is { } task
                    ? task.GetAwaiter().GetResult()
                    : ReadNext(planned[i]);
                if (read is { } capture)
                {
                    yield return capture with { Capture = capture.Capture with { Position = planned[i].Position } };
                }
            }
        }
        finally
        {
            foreach ((IEnumerator<ReadCapture> captures, _) in _open.Values)
            {
                captures.Dispose();
            }
        }
    }

    private Task<ReadCapture?> Start(FolderContainer folder, PlannedCapture capture) => Task.Run(() =>
    {
        ReadContext mine = _contexts.TryTake(out ReadContext? free) ? free : context with { Names = new NamePool() };
        ReadCapture? read = null;
        foreach (ReadCapture one in folder.Read([capture], mine))
        {
            read = one;
        }

        _contexts.Add(mine);
        return read;
    });

    private ReadCapture? ReadNext(PlannedCapture capture)
    {
        if (!_open.TryGetValue(capture.Container, out (IEnumerator<ReadCapture> Captures, int Left) reading))
        {
            PlannedCapture[] members = [.. _members[capture.Container]];
            reading = (capture.Container.Read(members, context).GetEnumerator(), members.Length);
        }

        bool any = reading.Captures.MoveNext();
        ReadCapture? read = any ? reading.Captures.Current : null;
        if (--reading.Left == 0 || !any)
        {
            reading.Captures.Dispose();
            _open.Remove(capture.Container);
        }
        else
        {
            _open[capture.Container] = reading;
        }

        return read;
    }
}
