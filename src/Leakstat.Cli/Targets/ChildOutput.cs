using System.Diagnostics;
using System.Text;

namespace Leakstat.Cli.Targets;

/// <summary>
/// What a process that reaches a host prints: its output as it comes, and the end of what it says on standard error,
/// which is read all the while so that it never holds the process up.
/// </summary>
internal sealed class ChildOutput
{
    private const int MostErrors = 16 << 10;

    /// <summary>What a process whose output ended takes to end, and its last words to come.</summary>
    private const int PatienceMilliseconds = 2000;

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Thread _listener;

    /// <summary>Begins to listen to a process, which stays the caller's.</summary>
    public ChildOutput(Process process)
    {
        _process = process;
        _listener = Background(Listen);
    }

    /// <summary>The end of what came on standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Takes what is there of its output, and waits where nothing is; 0 at the end, however it came.</summary>
    public int Read(Span<byte> buffer)
    {
        try
        {
            return _process.StandardOutput.BaseStream.Read(buffer);
        }
        catch (Exception e) when (IsGone(e))
        {
            return 0;
        }
    }

    /// <summary>Its exit code; null where it does not end within two seconds.</summary>
    public int? ExitCode()
    {
        try
        {
            return _process.WaitForExit(PatienceMilliseconds) ? _process.ExitCode : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Waits a second for the last words of a process that has ended.</summary>
    public void WaitForErrors() => _listener.Join(PatienceMilliseconds / 2);

    /// <summary>Whether an exception says that a process, or its end of a pipe, is gone.</summary>
    public static bool IsGone(Exception e) => e is IOException or ObjectDisposedException or InvalidOperationException;

    /// <summary>Hands on what a process writes, as it comes, on a thread that ends with it.</summary>
    public static Thread Pass(Stream from, Stream to) => Background(() =>
    {
        try
        {
            from.CopyTo(to);
            to.Flush();
        }
        catch (Exception e) when (IsGone(e))
        {
            // It has ended.
        }
    });

    /// <summary>Does something on a thread that holds no end up.</summary>
    public static Thread Background(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Listen()
    {
        try
        {
            char[] buffer = new char[1024];
            int got;
            while ((got = _process.StandardError.Read(buffer, 0, buffer.Length)) > 0)
            {
                lock (_errors)
                {
                    _errors.Append(buffer, 0, got);
                    if (_errors.Length > MostErrors)
                    {
                        _errors.Remove(0, _errors.Length - MostErrors);
                    }
                }
            }
        }
        catch (Exception e) when (IsGone(e))
        {
            // It has ended.
        }
    }
}
