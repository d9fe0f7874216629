using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Dump;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Live;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Memory;

/// <summary>A running host whose memory is read, once or several times, into a snapshot.</summary>
internal sealed class LiveDump : IDisposable
{
    private const int PageSize = 4096;

    private readonly LiveDumpRequest _request;
    private readonly Terminal _terminal;
    private readonly bool _isQuiet;
    private readonly ChildProcesses _children = new();
    private readonly MemoryPace _pace;
    private readonly TargetSession _session;
    private readonly SharedFolder _folder = new();
    private SnapshotWriter? _writer;
    private SnapshotReader? _reader;
    private DumpOptions _options = new();
    private string _snapshot = "";
    private long _shown;

    private LiveDump(LiveDumpRequest request, Terminal terminal, bool isQuiet)
    {
        _request = request;
        _terminal = terminal;
        _isQuiet = isQuiet;
        _pace = new MemoryPace(request.Rate);
        _session = new TargetSession(_children, request.Target, request.Ssh, _pace);
    }

    /// <summary>How it is read.</summary>
    public LiveDumpRequest Request => _request;

    /// <summary>Passes that are in the snapshot.</summary>
    public int Passes => _writer?.Pass ?? 0;

    /// <summary>
    /// Connects; fails with code 4 where the host cannot be read, with 3 where the kernel is another.
    /// </summary>
    public static LiveDump Connect(LiveDumpRequest request, string? kernel, Terminal terminal, bool isQuiet)
    {
        var live = new LiveDump(request, terminal, isQuiet);
        try
        {
            live.Guard(() => live.Begin(kernel));
            return live;
        }
        catch
        {
            live.Dispose();
            throw;
        }
    }

    /// <summary>Reads memory once more; false where only the cost was asked for.</summary>
    public bool ReadPass()
    {
        bool isRead = false;
        Guard(() => isRead = _reader!.ReadPass(Show, pages => Told(pages)));
        Clear();
        if (isRead && _reader!.Missing > 0)
        {
            _terminal.Error.WriteLine(
                $"leakstat: {Display.Count(_reader.Missing, "page", "pages")} of memory could not be read");
        }

        return isRead;
    }

    /// <summary>Opens a pass; what it needs stays as long as it is open.</summary>
    public KernelDump Open(int pass)
    {
        KernelDump dump = KernelDump.Open(_snapshot, _options with { Pass = pass }, out DumpFault? fault)
            ?? throw new CommandException(ExitCode.NoInput, fault!.ToString());
        dump.File.Attach(_folder.Share());
        return dump;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _writer?.Dispose();
        _session.Dispose();
        _children.Dispose();
        _folder.Dispose();
    }

    private void Begin(string? kernel)
    {
        string system = _session.Text("uname -s") ?? "";
        string machine = _session.Text("uname -m") ?? "";
        if (system != "FreeBSD")
        {
            throw new LiveMemoryException("does not run FreeBSD");
        }

        if (machine is not ("amd64" or "arm64"))
        {
            throw new LiveMemoryException(
                $"is {machine}: running kernels of amd64 and arm64 are read; savecore -L writes a dump of others");
        }

        var memory = new DeviceMemory(_session);
        if (memory.Problem() is { } problem)
        {
            throw new LiveMemoryException(problem);
        }

        Dictionary<string, string> values = new()
        {
            ["architecture"] = machine,
            ["boot"] = (_session.Text("sysctl -n kern.boottime") ?? "").Split('}')[0],
            ["target"] = _request.Target.Text,
        };
        _snapshot = _request.Save ?? _folder.Place("snapshot");
        string kernels = kernel ?? (_request.Save is { } save ? save + ".kernel" : _folder.Place("kernel"));
        if (kernel is null && !Directory.Exists(kernels))
        {
            new HostKernel(_session).Fetch(
                kernels,
                text => _terminal.Error.WriteLine(PrintableText.Of($"leakstat: {_request.Target.Text}: {text}")));
        }

        _options = DumpOpening.Options(kernels);
        _writer = Writer(values);
        _reader = SnapshotReader.Begin(memory, _writer, _options, out DumpFault? fault)
            ?? throw new CommandException(ExitCode.NoInput, fault!.ToString());
    }

    private SnapshotWriter Writer(Dictionary<string, string> values)
    {
        if (!File.Exists(_snapshot))
        {
            return SnapshotWriter.Begin(PrivateFiles.Create(_snapshot, FileAccess.ReadWrite), values);
        }

        var file = new FileStream(_snapshot, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        if (SnapshotWriter.Resume(file, values) is { } writer)
        {
            return writer;
        }

        file.Dispose();
        throw new CommandException(
            ExitCode.NoInput,
            $"{_snapshot}: is there already, and no snapshot of this boot of {_request.Target.Text}");
    }

    /// <summary>Tells the cost before the first reading; false where nothing else was asked for.</summary>
    private bool Told(long pages)
    {
        if (_request.CostOnly || (Passes == 0 && !_isQuiet))
        {
            double bytes = (double)pages * PageSize;
            _terminal.Error.WriteLine(
                $"leakstat: {_request.Target.Text}: a reading takes {Display.Bytes((long)bytes)} over the wire, about "
                    + $"{Time(bytes)} at {Display.Bytes((long)_pace.PerSecond)} a second; up to "
                    + Display.Count(_request.Passes, "reading", "readings"));
        }

        return !_request.CostOnly;
    }

    private void Show(SnapshotProgress progress)
    {
        long now = Environment.TickCount64;
        if (_isQuiet || !_terminal.IsErrorTerminal || now - _shown < 250)
        {
            return;
        }

        _shown = now;
        string part = progress.Whole > 0
            ? $"{Display.Bytes(progress.Done * PageSize)} of {Display.Bytes(progress.Whole * PageSize)}, "
                + $"{Time((double)(progress.Whole - progress.Done) * PageSize)} to go"
            : $"{progress.Part}, {Display.Bytes(progress.Done * PageSize)}";
        _terminal.Progress.Write($"\r\u001b[Kreading {progress.Pass + 1}: {part}");
    }

    /// <summary>What bytes take at the pace so far.</summary>
    private string Time(double bytes) =>
        Display.Duration(TimeSpan.FromSeconds(Math.Ceiling(bytes / Math.Max(1, _pace.PerSecond))));

    private void Clear()
    {
        if (_shown > 0)
        {
            _terminal.Progress.Write("\r\u001b[K");
            _shown = 0;
        }
    }

    private void Guard(Action reading)
    {
        try
        {
            reading();
        }
        catch (LiveMemoryException e)
        {
            string kept = _request.Save is { } save && _writer is not null
                ? $"; what was read is in {save}, and the same command goes on"
                : "";
            throw new CommandException(
                ExitCode.Unreachable, PrintableText.Of($"{_request.Target.Text}: {e.Message}{kept}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Output, $"{_snapshot}: {FaultText.Of(e)}");
        }
    }
}
