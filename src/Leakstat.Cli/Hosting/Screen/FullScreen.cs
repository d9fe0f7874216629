using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Leakstat.Cli.Hosting.Screen;

/// <summary>
/// Takes the whole screen and gives it back: at the end, on signals, on a defect. Between <see cref="Enter"/> and
/// <see cref="Leave"/> the terminal is raw and shows its other screen, where it has one.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class FullScreen : IDisposable
{
    private readonly RawTerminal _terminal;
    private readonly Stream _output;
    private readonly bool _hasOtherScreen;
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly Lock _lock = new();
    private volatile bool _isEntered;

    /// <summary>Prepares; nothing is changed yet.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="output">Its output.</param>
    /// <param name="type">What <c>TERM</c> says.</param>
    /// <param name="signal">
    /// Called, on another thread, when the size changed, or the process is to stop or goes on again.
    /// </param>
    public FullScreen(RawTerminal terminal, Stream output, string type, Action<PosixSignal> signal)
    {
        _terminal = terminal;
        _output = output;
        _hasOtherScreen = !(
            type.StartsWith("vt", StringComparison.Ordinal) || type.StartsWith("cons", StringComparison.Ordinal)
            || type is "ansi" or "sun" or "linux");
        foreach (PosixSignal number in (PosixSignal[])[
            PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            // The default action follows: the process ends as the sender expects.
            _signals.Add(PosixSignalRegistration.Create(number, _ => Leave()));
        }

        foreach (PosixSignal number in (PosixSignal[])[PosixSignal.SIGWINCH, PosixSignal.SIGTSTP, PosixSignal.SIGCONT])
        {
            _signals.Add(PosixSignalRegistration.Create(number, context =>
            {
                context.Cancel = context.Signal == PosixSignal.SIGTSTP;
                signal(context.Signal);
            }));
        }
    }

    /// <summary>Takes the screen; false where the terminal does not let itself be set.</summary>
    public bool Enter()
    {
        lock (_lock)
        {
            if (_isEntered)
            {
                return true;
            }

            if (!_terminal.Enter())
            {
                return false;
            }

            _isEntered = true;
            Send(_hasOtherScreen ? "\e[?1049h\e[2J\e[H" : "\e[2J\e[H");
            return true;
        }
    }

    /// <summary>Sends bytes to the screen, while it is taken.</summary>
    public void Write(byte[] bytes)
    {
        lock (_lock)
        {
            if (_isEntered && bytes.Length > 0)
            {
                _output.Write(bytes);
                _output.Flush();
            }
        }
    }

    /// <summary>
    /// Gives the screen back. Does nothing where it is given back already, and waits for no dead line.
    /// </summary>
    public void Leave()
    {
        bool isMine = _lock.TryEnter(500);
        try
        {
            if (!_isEntered)
            {
                return;
            }

            _isEntered = false;
            if (isMine && RawTerminal.TakesOutput(200))
            {
                Send(_hasOtherScreen ? "\e[0m\e[?25h\e[?1049l" : "\e[0m\e[?25h\e[999;1H\e[J\r\n");
            }
        }
        catch (IOException)
        {
            // The terminal is gone.
        }
        finally
        {
            _terminal.Leave();
            if (isMine)
            {
                _lock.Exit();
            }
        }
    }

    /// <summary>
    /// Stops the process with the terminal as the shell wants it; takes the screen again when it goes on.
    /// </summary>
    public void Suspend()
    {
        Leave();
        RawTerminal.StopSelf();
        Enter();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leave();
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }
    }

    private void Send(string text)
    {
        _output.Write(Encoding.ASCII.GetBytes(text));
        _output.Flush();
    }
}
