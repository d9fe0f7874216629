using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Hosting.Screen;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Watch;

namespace Leakstat.Cli.Commands.Watching;

/// <summary>The full-screen watch: keys, captures and signals, one after another, and a frame after each.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class WatchLoop : IDisposable
{
    /// <summary>Frames are at least so far apart while captures pour in.</summary>
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(100);

    private readonly BlockingCollection<object> _events = new(boundedCapacity: 64);
    private readonly ICaptureFeed _feed;
    private readonly RawTerminal _terminal;
    private readonly Terminal _output;
    private readonly WatchSession _session;
    private readonly WatchJudge _judge;
    private readonly Func<CaptureTaken, string> _write;
    private WatchLayout _layout;
    private WatchState _state = new();
    private WatchSnapshot? _shown;
    private CaptureTaken? _latest;
    private CaptureTaken? _shownCapture;
    private FeedEnded? _ended;

    /// <summary>Prepares.</summary>
    /// <param name="feed">Captures.</param>
    /// <param name="terminal">Keyboard and size.</param>
    /// <param name="output">What the terminal can show.</param>
    /// <param name="session">What is known of the host.</param>
    /// <param name="write">Writes a capture to a disk and says where.</param>
    public WatchLoop(ICaptureFeed feed, RawTerminal terminal, Terminal output, WatchSession session, Func<CaptureTaken, string> write)
    {
        _feed = feed;
        _terminal = terminal;
        _output = output;
        _session = session;
        _judge = new WatchJudge(session);
        _write = write;
        _layout = new WatchLayout { Target = feed.Target, Ascii = !output.HasUnicode };
    }

    /// <summary>Runs until a person quits or nothing more can come; gives the exit code.</summary>
    /// <param name="hasColor">Whether colours may be used.</param>
    /// <param name="state">What to begin with.</param>
    public int Run(bool hasColor, WatchState state)
    {
        _state = state;
        using var screen = new FullScreen(_terminal, _output.Output, _output.Type, signal => Post(signal));
        var writer = new ScreenWriter(hasColor);
        if (!screen.Enter())
        {
            throw new CommandException(ExitCode.Usage, "the terminal cannot be set to single keys; --batch prints plain lines");
        }

        new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
        Resize();
        _feed.Start(e => Post(e));
        Draw(screen, writer);
        var last = Stopwatch.StartNew();
        while (true)
        {
            // Once a second at least, for a diagnosis that has become due.
            bool isOpen = _events.TryTake(out object? next, 1000);
            if (next is not null && !Handle(next, screen, writer))
            {
                break;
            }

            if (isOpen && _events.Count > 0 && next is FeedEvent && last.Elapsed < s_frame)
            {
                continue;
            }

            _judge.Start(report => Post(report));
            if (isOpen)
            {
                Draw(screen, writer);
                last.Restart();
            }
        }

        screen.Leave();
        if (_ended is { Text: { } text })
        {
            _output.Error.WriteLine($"leakstat: {text}");
        }

        return _ended?.ExitCode ?? ExitCode.Done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.CompleteAdding();
        _events.Dispose();
    }

    private void Post(object e)
    {
        try
        {
            _events.Add(e);
        }
        catch (InvalidOperationException)
        {
            // The watch is over.
        }
    }

    /// <summary>False for the end.</summary>
    private bool Handle(object next, FullScreen screen, ScreenWriter writer)
    {
        switch (next)
        {
            case CaptureTaken taken:
                _latest = taken;
                WatchSnapshot now = _session.Add(taken.Capture);
                _layout = _layout with { Trouble = taken.IsLast ? null : $"reading captures: {now.Samples}" };
                Show(now);
                return true;
            case DiagnosisReport report:
                _judge.Taken();
                Show(_session.Accept(report));
                return true;
            case FeedTrouble trouble:
                _layout = _layout with { Trouble = trouble.Text };
                return true;
            case FeedEnded ended:
                // What was seen stays on the screen; without anything seen there is nothing to stay for.
                _ended = ended.Text is null ? null : ended;
                _layout = _layout with { Trouble = ended.Text ?? "no more captures; q quits" };
                return _shown is not null;
            case PosixSignal.SIGWINCH:
                Resize();
                return true;
            case PosixSignal.SIGTSTP:
                screen.Suspend();
                Resize();
                writer.Forget();
                return true;
            case PosixSignal.SIGCONT:
                // Stopped by a signal that nobody can see coming: the shell has changed the terminal meanwhile.
                _terminal.Enter();
                Resize();
                writer.Forget();
                return true;
            case WatchKey key:
                return Press(key, screen, writer);
            default:
                return next is not EndOfStreamException;
        }
    }

    private void Show(WatchSnapshot? snapshot)
    {
        if (!_state.IsPaused || _shown is null)
        {
            (_shown, _shownCapture) = (snapshot, _latest);
        }
    }

    private bool Press(WatchKey key, FullScreen screen, ScreenWriter writer)
    {
        bool wasPaused = _state.IsPaused;
        (_state, WatchAction action) = WatchKeys.Press(_state, key, _shown, _layout.For(_shown).Rows);
        if (wasPaused && !_state.IsPaused)
        {
            Show(_session.Current);
        }

        switch (action)
        {
            case WatchAction.Quit:
                _ended = null;
                return false;
            case WatchAction.Mark:
                Show(_session.Mark());
                _state = _state with { Message = "marked: changes count from now on; M drops the mark" };
                break;
            case WatchAction.ClearMark:
                Show(_session.ClearMark());
                break;
            case WatchAction.Write when _shownCapture is { } capture:
                _state = _state with { Message = _write(capture) };
                break;
            case WatchAction.Redraw:
                Resize();
                writer.Forget();
                break;
            case WatchAction.Suspend:
                screen.Suspend();
                Resize();
                writer.Forget();
                break;
            default:
                break;
        }

        return true;
    }

    private void Draw(FullScreen screen, ScreenWriter writer)
    {
        _state = WatchScreen.Settle(_shown, _state, _layout);
        screen.Write(writer.Show(WatchScreen.Draw(_shown, _state, _layout)));
    }

    private void Resize()
    {
        (int width, int height) = _terminal.Size() ?? (80, 24);
        _layout = _layout with { Width = width, Height = height };
    }

    private void ReadKeys()
    {
        var decoder = new KeyDecoder();
        Span<byte> buffer = stackalloc byte[256];
        while (true)
        {
            // An escape is a key of its own when nothing follows within the time that a slow line takes for the rest.
            int got = _terminal.Read(buffer, decoder.IsPending ? 100 : 60_000);
            if (got < 0)
            {
                Post(new EndOfStreamException());
                return;
            }

            foreach (WatchKey key in got == 0 ? decoder.Flush() : decoder.Feed(buffer[..got]))
            {
                Post(key);
            }
        }
    }
}
