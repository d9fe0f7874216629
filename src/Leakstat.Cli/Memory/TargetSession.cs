using System.Diagnostics;
using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Targets;
using Leakstat.Dump.Live;

namespace Leakstat.Cli.Memory;

/// <summary>
/// A shell on a target that is asked one thing after another: commands go in, what they print comes out. It holds
/// nobody up for longer than its limit, and takes no more bytes in a second than it is given.
/// </summary>
internal sealed class TargetSession(
    ChildProcesses children, LiveTarget target, IReadOnlyList<string> ssh, MemoryPace pace) : IDisposable
{
    private const int MostErrors = 16 << 10;
    private const int MostText = 1 << 20;
    private const string Marker = "LEAKSTAT-STATUS ";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly StringBuilder _errors = new();
    private Process? _process;
    private Timer? _watchdog;
    private bool _isLate;

    /// <summary>The exit code that a command ends the shell with when it has no more to give.</summary>
    public const int Exhausted = 9;

    /// <summary>The target.</summary>
    public LiveTarget Target => target;

    /// <summary>What a command of sh(1) prints, without line ends behind it; null where it fails.</summary>
    /// <exception cref="LiveMemoryException">The host cannot be asked.</exception>
    public string? Text(string command)
    {
        Send($"{{ {command}\n}} </dev/null 2>/dev/null; printf '\\n{Marker}%s\\n' \"$?\"\n");
        var text = new MemoryStream();
        byte[] one = new byte[1];
        while (text.Length < MostText)
        {
            if (!TryRead(one))
            {
                throw Broken();
            }

            text.WriteByte(one[0]);
            if (one[0] == '\n' && Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length) is var said
                && said.LastIndexOf('\n' + Marker, StringComparison.Ordinal) is >= 0 and int at)
            {
                return said[(at + 1 + Marker.Length)..].Trim() == "0" ? said[..at].TrimEnd('\n', '\r') : null;
            }
        }

        throw new LiveMemoryException("it answers with more than was asked for");
    }

    /// <summary>Sends commands whose output is taken with <see cref="TryRead"/>.</summary>
    /// <exception cref="LiveMemoryException">The host cannot be asked.</exception>
    public void Send(string commands)
    {
        Process process = _process ??= Start();
        try
        {
            process.StandardInput.Write(commands);
            process.StandardInput.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw Broken();
        }
    }

    /// <summary>Takes bytes; false where the shell ended before they were all there.</summary>
    public bool TryRead(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            int got = Read(buffer);
            if (got <= 0)
            {
                return false;
            }

            pace.Take(got);
            buffer = buffer[got..];
        }

        return true;
    }

    /// <summary>
    /// Whether the shell ended because a command had no more to give; the next command gets a new one. Anything else
    /// that ended it is a failure.
    /// </summary>
    /// <exception cref="LiveMemoryException">It ended for another reason.</exception>
    public bool IsExhausted()
    {
        if (_process is { } process && !_isLate && process.WaitForExit(2000) && process.ExitCode == Exhausted)
        {
            Close();
            return true;
        }

        throw Broken();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private Process Start()
    {
        string[] sh = [.. target.Elevation is { } program ? (string[])[program, "-n"] : [], "sh", "-s"];
        string[] command = target.IsLocal ? sh : [.. SshCommand.Login(target, ssh), string.Join(' ', sh)];
        Process process = children.Start(command[0], command[1..])
            ?? throw new LiveMemoryException($"the program {command[0]} is missing here");
        _isLate = false;
        _errors.Clear();
        _watchdog = new Timer(_ =>
        {
            _isLate = true;
            children.End(process);
        });
        new Thread(() => Listen(process)) { IsBackground = true }.Start();
        return process;
    }

    private int Read(Span<byte> buffer)
    {
        if (_process is not { } process)
        {
            return 0;
        }

        _watchdog?.Change(s_limit, Timeout.InfiniteTimeSpan);
        try
        {
            return process.StandardOutput.BaseStream.Read(buffer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return 0;
        }
        finally
        {
            _watchdog?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private LiveMemoryException Broken()
    {
        int? code = _process is { } process && !_isLate && process.WaitForExit(2000) ? process.ExitCode : null;
        string said;
        lock (_errors)
        {
            said = _errors.ToString();
        }

        string text = _isLate ? $"no answer within {s_limit.TotalSeconds:0} s"
            : code is 0 or null or 255 || target.Elevation is not null ? SshFailure.Of(target, code ?? 255, said).Text
            : $"its shell ended with code {code}";
        Close();
        return new LiveMemoryException(text);
    }

    private void Close()
    {
        _watchdog?.Dispose();
        _watchdog = null;
        if (_process is { } process)
        {
            children.End(process);
            process.Dispose();
            _process = null;
        }
    }

    private void Listen(Process process)
    {
        try
        {
            char[] buffer = new char[1024];
            int got;
            while ((got = process.StandardError.Read(buffer, 0, buffer.Length)) > 0)
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
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended.
        }
    }
}
