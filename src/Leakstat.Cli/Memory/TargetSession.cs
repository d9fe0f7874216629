using System.Diagnostics;
using System.Text;
using Leakstat.Cli.Targets;
using Leakstat.Dump.Live;

namespace Leakstat.Cli.Memory;

/// <summary>
/// A shell on a target that is asked one thing after another: commands go in, what they print comes out. No answer, and
/// no buffer that is taken, holds anybody up for longer than its limit; it takes no more bytes in a second than it is
/// given, and the waiting for that does not count.
/// </summary>
internal sealed class TargetSession(
    ChildProcesses children, LiveTarget target, IReadOnlyList<string> ssh, MemoryPace pace) : IDisposable
{
    private const int MostText = 1 << 20;

    private static ReadOnlySpan<byte> Marker => "LEAKSTAT-STATUS "u8;

    private Process? _process;
    private ChildOutput? _output;
    private Timer? _watchdog;
    private TimeSpan _left;
    private volatile bool _isLate;

    /// <summary>The exit code that a command ends the shell with when it has no more to give.</summary>
    public const int Exhausted = 9;

    /// <summary>What an answer, or a buffer that is taken, may take at most.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What a command of sh(1) prints, without line ends behind it; null where it fails.</summary>
    /// <exception cref="LiveMemoryException">The host cannot be asked.</exception>
    public string? Text(string command)
    {
        Send($"{{ {command}\n}} </dev/null 2>/dev/null; printf '\\nLEAKSTAT-STATUS %s\\n' \"$?\"\n");
        var text = new MemoryStream();
        byte[] one = new byte[1];
        int line = 0;
        _left = Limit;
        while (text.Length < MostText)
        {
            if (!TryFill(one))
            {
                throw Broken();
            }

            text.WriteByte(one[0]);
            if (one[0] != '\n')
            {
                continue;
            }

            ReadOnlySpan<byte> all = text.GetBuffer().AsSpan(0, (int)text.Length);
            if (line > 0 && all[line..].StartsWith(Marker))
            {
                string status = Encoding.UTF8.GetString(all[(line + Marker.Length)..]).Trim();
                return status == "0" ? Encoding.UTF8.GetString(all[..(line - 1)]).TrimEnd('\n', '\r') : null;
            }

            line = all.Length;
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
        catch (Exception e) when (ChildOutput.IsGone(e))
        {
            throw Broken();
        }
    }

    /// <summary>Takes bytes; false where the shell ended before they were all there.</summary>
    public bool TryRead(Span<byte> buffer)
    {
        _left = Limit;
        return TryFill(buffer);
    }

    /// <summary>
    /// Whether the shell ended because a command had no more to give; the next command gets a new one. Anything else
    /// that ended it is a failure.
    /// </summary>
    /// <exception cref="LiveMemoryException">It ended for another reason.</exception>
    public bool IsExhausted()
    {
        if (!_isLate && _output?.ExitCode() == Exhausted)
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
        _watchdog = new Timer(_ =>
        {
            _isLate = true;
            children.End(process);
        });
        _output = new ChildOutput(process);
        return process;
    }

    private bool TryFill(Span<byte> buffer)
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

    private int Read(Span<byte> buffer)
    {
        if (_output is not { } output)
        {
            return 0;
        }

        long started = Stopwatch.GetTimestamp();
        _watchdog?.Change(_left > TimeSpan.Zero ? _left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        int got = output.Read(buffer);
        _watchdog?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _left -= Stopwatch.GetElapsedTime(started);
        return got;
    }

    private LiveMemoryException Broken()
    {
        int? code = _isLate ? null : _output?.ExitCode();
        if (code is not null)
        {
            _output?.WaitForErrors();
        }

        string text = _isLate ? $"no answer within {Limit.TotalSeconds:0} s"
            : code is 0 or null or 255 || target.Elevation is not null
                ? SshFailure.Of(target, code ?? 255, _output?.Errors ?? "").Text
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
            _output = null;
        }
    }
}
