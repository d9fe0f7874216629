using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Leakstat.Platform;

/// <summary>
/// The processes started to reach hosts. None of them outlives this program, however it ends short of SIGKILL; after
/// that they end at their next output, because nobody reads it.
/// </summary>
public sealed class ChildProcesses : IDisposable
{
    private readonly HashSet<Process> _running = [];
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private bool _isEnding;

    /// <summary>Begins to look after processes.</summary>
    public ChildProcesses()
    {
        foreach (PosixSignal signal in (PosixSignal[])[
            PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ => EndAll()));
        }

        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>
    /// Starts a process; null where the program is missing. Nothing starts any more once the end has begun.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="keepsInput">Whether it reads what this program reads.</param>
    public Process? Start(string program, IEnumerable<string> arguments, bool keepsInput = false)
    {
        lock (_lock)
        {
            if (_isEnding)
            {
                return null;
            }

            var process = new Process
            {
                StartInfo = new ProcessStartInfo(program, arguments)
                {
                    RedirectStandardInput = !keepsInput,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                },
            };
            try
            {
                process.Start();
            }
            catch (System.ComponentModel.Win32Exception)
            {
                process.Dispose();
                return null;
            }

            _running.Add(process);
            return process;
        }
    }

    /// <summary>Ends a process at a limit of time, unless what is returned is disposed before.</summary>
    /// <param name="process">The process.</param>
    /// <param name="limit">The time that it may take from now on.</param>
    /// <param name="late">Called before it is ended.</param>
    public IDisposable EndAfter(Process process, TimeSpan limit, Action late) => new Timer(
        _ =>
        {
            late();
            End(process);
        },
        null,
        limit,
        Timeout.InfiniteTimeSpan);

    /// <summary>Ends a process, with what it started.</summary>
    public void End(Process process)
    {
        lock (_lock)
        {
            _running.Remove(process);
        }

        Kill(process);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        EndAll();
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }
    }

    private void OnExit(object? sender, EventArgs e) => EndAll();

    private void EndAll()
    {
        Process[] left;
        lock (_lock)
        {
            _isEnding = true;
            left = [.. _running];
            _running.Clear();
        }

        foreach (Process process in left)
        {
            Kill(process);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (
            e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended.
        }
    }
}
