using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Model;

namespace Leakstat.Cli.Targets;

/// <summary>How a fleet is collected from.</summary>
/// <param name="Every">Time between captures of a target.</param>
/// <param name="For">How long; null for one capture of each.</param>
/// <param name="Limit">Most time that one capture may take.</param>
/// <param name="Jobs">Connections at a time.</param>
internal sealed record FleetPlan(TimeSpan Every, TimeSpan? For, TimeSpan Limit, int Jobs);

/// <summary>Something to tell about a target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Text">What.</param>
/// <param name="IsTrouble">Whether something is wrong.</param>
internal sealed record FleetNews(LiveTarget Target, string Text, bool IsTrouble);

/// <summary>
/// Collects from many targets, some at a time. Every target has its own time: one that hangs takes one connection until
/// its limit, and one that fails is asked less and less often.
/// </summary>
internal sealed class LiveFleet
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(15);

    private readonly ImmutableArray<Member> _members;
    private readonly FleetPlan _plan;
    private readonly LiveSession _session;
    private readonly Func<LiveTarget, StreamedCapture, string> _write;
    private readonly BlockingCollection<(Member Member, LiveResult Result)> _done = [];
    private readonly ConcurrentQueue<FleetNews> _news = new();

    /// <summary>Prepares.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="plan">How.</param>
    /// <param name="session">Makes connections.</param>
    /// <param name="write">Writes a capture and gives where; throws what files throw.</param>
    public LiveFleet(
        ImmutableArray<LiveTarget> targets,
        FleetPlan plan,
        LiveSession session,
        Func<LiveTarget, StreamedCapture, string> write)
    {
        _members = [.. targets.Select(t => new Member(t))];
        _plan = plan;
        _session = session;
        _write = write;
    }

    /// <summary>Connections at work.</summary>
    public int Running { get; private set; }

    /// <summary>Captures written.</summary>
    public int Written => _members.Sum(m => m.Written);

    /// <summary>Whether the disk did not take a capture that came.</summary>
    public bool HasFullDisk { get; private set; }

    /// <summary>Targets that no capture came from.</summary>
    public IEnumerable<LiveTarget> Silent => _members.Where(m => m.Written == 0).Select(m => m.Target);

    /// <summary>Targets whose last try failed.</summary>
    public int Failing => _members.Count(m => m.Failures > 0);

    /// <summary>Collects until it is done or ended.</summary>
    /// <param name="news">Takes what is to be told, on the calling thread.</param>
    /// <param name="progress">Called when something changed, and at least twice a second.</param>
    /// <param name="end">Ends it; captures that are on their way are kept in part.</param>
    public void Run(Action<FleetNews> news, Action progress, CancellationToken end)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            bool isOver = end.IsCancellationRequested || clock.Elapsed >= _plan.For;
            if (!isOver)
            {
                StartDue(clock.Elapsed, end);
            }

            if (Running == 0 && (isOver || _members.All(m => m.Next is null)))
            {
                break;
            }

            if (_done.TryTake(out (Member Member, LiveResult Result) done, Wait(clock.Elapsed), CancellationToken.None))
            {
                Running--;
                Settle(done.Member, done.Result, clock.Elapsed);
            }

            while (_news.TryDequeue(out FleetNews? told))
            {
                news(told);
            }

            progress();
        }

        while (_news.TryDequeue(out FleetNews? told))
        {
            news(told);
        }
    }

    private void StartDue(TimeSpan now, CancellationToken end)
    {
        // The longest overdue first, so that nobody starves where connections are scarce.
        foreach (Member member in _members.Where(m => m.Next <= now && !m.IsRunning).OrderBy(m => m.Next).Take(
            _plan.Jobs - Running).ToArray())
        {
            member.IsRunning = true;
            member.Started = now;
            Running++;
            new Thread(() => Collect(member, end)) { IsBackground = true, Name = member.Target.Text }.Start();
        }
    }

    private int Wait(TimeSpan now)
    {
        TimeSpan next =
            _members.Where(m => !m.IsRunning && m.Next is not null).Select(m => m.Next!.Value - now).DefaultIfEmpty(
                TimeSpan.FromSeconds(1)).Min();
        return Running >= _plan.Jobs ? 500 : Math.Clamp((int)next.TotalMilliseconds, 1, 500);
    }

    private void Collect(Member member, CancellationToken end)
    {
        LiveResult result;
        try
        {
            result = _session.Run(
                member.Target,
                new CollectorRequest(),
                member.Target.Limit ?? _plan.Limit,
                capture => Keep(member, capture),
                end);
        }
#pragma warning disable CA1031 // A defect with one target is told as its failure; the others go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            result = new LiveResult(0, false, new LiveFailure($"{e.GetType().Name}: {e.Message}"));
        }

        _done.Add((member, result), CancellationToken.None);
    }

    private void Keep(Member member, StreamedCapture capture)
    {
        try
        {
            string place = _write(member.Target, capture);
            member.Written++;
            _news.Enqueue(new FleetNews(
                member.Target,
                capture.IsComplete ? place : $"{place}: a part of a capture, {capture.Files.Length} outputs",
                IsTrouble: !capture.IsComplete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            member.CannotWrite = FaultText.Of(e);
            HasFullDisk |= ReportFile.IsOfOutput(e);
        }
    }

    private void Settle(Member member, LiveResult result, TimeSpan now)
    {
        member.IsRunning = false;
        LiveFailure? failure = member.CannotWrite is { } trouble
            ? new LiveFailure($"the capture could not be written: {trouble}")
            : result.Failure;
        member.CannotWrite = null;
        member.Failures = failure is null ? 0 : member.Failures + 1;
        if (failure is not null && failure.Text != member.Told)
        {
            _news.Enqueue(new FleetNews(member.Target, failure.Text, IsTrouble: true));
        }
        else if (failure is null && member.Told is not null)
        {
            _news.Enqueue(new FleetNews(member.Target, "works again", IsTrouble: true));
        }

        member.Told = failure?.Text;
        if (_plan.For is null)
        {
            member.Next = null;
            return;
        }

        TimeSpan every = member.Target.Every ?? _plan.Every;
        TimeSpan pause = every * Math.Pow(
            2, Math.Min(failure is { IsLasting: true } ? member.Failures + 1 : member.Failures, 20));
        TimeSpan most = every > s_longestPause ? every : s_longestPause;
        TimeSpan next = member.Started + (pause < most ? pause : most);
        member.Next = next > now ? next : now;
    }

    private sealed class Member(LiveTarget target)
    {
        public LiveTarget Target { get; } = target;

        public TimeSpan? Next { get; set; } = TimeSpan.Zero;

        public TimeSpan Started { get; set; }

        public bool IsRunning { get; set; }

        public int Written { get; set; }

        public int Failures { get; set; }

        public string? Told { get; set; }

        public string? CannotWrite { get; set; }
    }
}
