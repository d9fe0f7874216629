using System.Diagnostics;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Watch;

namespace Leakstat.Cli.Commands.Watching;

/// <summary>
/// Diagnoses what is watched as often as it costs little: the longer a diagnosis of the growing history takes, the rarer it
/// is made, so that it takes half a hundredth of one processor.
/// </summary>
internal sealed class WatchJudge(WatchSession session)
{
    private const int Share = 200;
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_most = TimeSpan.FromMinutes(2);

    /// <summary>The first ones are mostly compilation and tell little of what the next will cost.</summary>
    private const int WarmUps = 3;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _next = TimeSpan.Zero;
    private int _made;
    private bool _isRunning;

    /// <summary>Starts a diagnosis on another thread where one is due; it is given to <paramref name="done"/> there.</summary>
    public void Start(Action<DiagnosisReport> done)
    {
        if (_isRunning || _clock.Elapsed < _next || session.Diagnosis() is not { } judge)
        {
            return;
        }

        _isRunning = true;
        ThreadPool.QueueUserWorkItem(_ =>
        {
            TimeSpan start = _clock.Elapsed;
            DiagnosisReport report = judge();
            Plan(start);
            done(report);
        });
    }

    /// <summary>Diagnoses now where one is due, or where it has to be.</summary>
    public void Run(bool always)
    {
        if ((always || _clock.Elapsed >= _next) && session.Diagnosis() is { } judge)
        {
            TimeSpan start = _clock.Elapsed;
            session.Accept(judge());
            Plan(start);
        }
    }

    /// <summary>Notes that the diagnosis was taken, so that another may start.</summary>
    public void Taken() => _isRunning = false;

    private void Plan(TimeSpan start)
    {
        TimeSpan now = _clock.Elapsed;
        TimeSpan pause = (now - start) * Share;
        _next = now + (++_made <= WarmUps || pause < s_least ? s_least : pause > s_most ? s_most : pause);
    }
}
