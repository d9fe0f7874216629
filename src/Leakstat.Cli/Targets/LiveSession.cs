using System.Diagnostics;
using Leakstat.Captures;
using Leakstat.Captures.Sources;

namespace Leakstat.Cli.Targets;

/// <summary>What came of one connection to a target.</summary>
/// <param name="Complete">Captures that came whole.</param>
/// <param name="Partial">Whether a capture came in part.</param>
/// <param name="Failure">What went wrong; null where nothing did.</param>
internal sealed record LiveResult(int Complete, bool Partial, LiveFailure? Failure);

/// <summary>
/// One connection to a target: the collector's script goes in, captures come out. Nothing that the other side does
/// holds it up for longer than the limit, or makes it take more than it is given room for.
/// </summary>
internal sealed class LiveSession(ChildProcesses children, IReadOnlyList<string> ssh)
{
    /// <summary>
    /// Captures of one connection that may come in part: a host that sends more of them is not asked on.
    /// </summary>
    private const int MostIncomplete = 3;

    /// <summary>What a capture may take: one of a large host is a tenth of it.</summary>
    private static readonly ReadLimits s_limits =
        ReadLimits.Default with { FileBytes = 16 << 20, CaptureBytes = 32 << 20, FilesPerCapture = 200 };

    /// <summary>
    /// Connects and takes captures until they are all there, the other side ends, or something goes wrong.
    /// </summary>
    /// <param name="target">The target.</param>
    /// <param name="request">What is asked of the collector.</param>
    /// <param name="limit">Most time that one capture may take, the login included.</param>
    /// <param name="taken">Takes each capture, complete or not; on the calling thread.</param>
    /// <param name="end">Ends the connection.</param>
    public LiveResult Run(
        LiveTarget target,
        CollectorRequest request,
        TimeSpan limit,
        Action<StreamedCapture> taken, CancellationToken end)
    {
        if (target.IsLocal && !OperatingSystem.IsFreeBSD())
        {
            return new LiveResult(0, false, new LiveFailure(
                "this host does not run FreeBSD; give the captures of one, or ssh://user@host", IsLasting: true));
        }

        string[] command = SshCommand.Of(target, request, ssh);
        if (children.Start(command[0], command[1..]) is not { } process)
        {
            return new LiveResult(0, false, end.IsCancellationRequested
                ? null
                : new LiveFailure($"the program {command[0]} is missing here", IsLasting: true));
        }

        using (process)
        {
            return Take(process, target, request, limit, taken, end);
        }
    }

    private LiveResult Take(
        Process process,
        LiveTarget target,
        CollectorRequest request,
        TimeSpan limit,
        Action<StreamedCapture> taken, CancellationToken end)
    {
        string? why = null;
        var output = new ChildOutput(process);
        var reader = new CaptureStreamReader(s_limits);
        int complete = 0;
        bool partial = false;
        int incomplete = 0;
        int most = request.Count == 1 ? 1 : MostIncomplete;
        long sinceCapture = 0;
        var clock = Stopwatch.StartNew();
        Thread feeder = ChildOutput.Background(() => Feed(process));
        using (var watchdog = new Timer(_ => End($"no capture within {limit.TotalSeconds:0} s")))
        using (end.Register(() => End("ended")))
        {
            watchdog.Change(limit, Timeout.InfiniteTimeSpan);
            byte[] buffer = new byte[64 << 10];
            int got;
            while ((got = output.Read(buffer)) > 0)
            {
                reader.Push(buffer.AsSpan(0, got));
                sinceCapture += got;
                while (!IsEnough() && reader.TryTake(out StreamedCapture? capture))
                {
                    taken(capture);
                    if (!capture.IsComplete)
                    {
                        // Neither time nor room is given anew for it.
                        partial = true;
                        incomplete++;
                        continue;
                    }

                    complete++;
                    sinceCapture = 0;
                    watchdog.Change(limit + (request.Every ?? TimeSpan.Zero), Timeout.InfiniteTimeSpan);
                }

                if (incomplete >= most)
                {
                    End("sends captures that are not whole");
                    break;
                }
                else if (reader.IsForeign)
                {
                    End("sends something that is no capture");
                }
                else if (sinceCapture > 2 * s_limits.CaptureBytes)
                {
                    End($"sends more than {2 * s_limits.CaptureBytes >> 20} MB for one capture");
                }
                else if (IsEnough())
                {
                    break;
                }
            }
        }

        bool IsEnough() => incomplete >= most
            || (request.Count > 0 ? complete >= request.Count : IsFlood(complete, clock.Elapsed, request));

        bool isDone = request.Count > 0 && complete >= request.Count;
        int? code = isDone || why is not null ? null : output.ExitCode();
        children.End(process);
        output.WaitForErrors();
        feeder.Join(1000);
        reader.End();
        LiveFailure? failure = isDone || end.IsCancellationRequested
            ? null
            : Failure(target, code, why, output.Errors, reader.IsFinished && complete > 0);
        for (; incomplete < most && reader.TryTake(out StreamedCapture? cut); incomplete++)
        {
            partial |= cut.Files.Length > 0;
            if (cut.Files.Length > 0)
            {
                taken(
                    cut with
                    {
                        Skipped = cut.Skipped.Add(
                        new SkippedPart("(rest)", failure?.Text ?? "ended before it was whole"))
                    });
            }
        }

        return new LiveResult(complete, partial, failure);

        void End(string reason)
        {
            why ??= reason;
            children.End(process);
        }
    }

    private static LiveFailure? Failure(LiveTarget target, int? code, string? why, string said, bool isFinished) =>
        why is not null ? new LiveFailure(why)
            : isFinished && code is 0 ? null
            : SshFailure.Of(target, code, said);

    /// <summary>Whether captures come much faster than they were asked for.</summary>
    private static bool IsFlood(int complete, TimeSpan elapsed, CollectorRequest request) =>
        complete > 20 + (2 * elapsed.TotalSeconds / (request.Every?.TotalSeconds ?? 1));

    private static void Feed(Process process)
    {
        try
        {
            using Stream input = process.StandardInput.BaseStream;
            input.Write(CollectorScript.Bytes);
        }
        catch (Exception e) when (ChildOutput.IsGone(e))
        {
            // The other side ended first; what it printed tells why.
        }
    }
}
