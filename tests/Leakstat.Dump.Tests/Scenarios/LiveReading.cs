using Leakstat.Dump.Inputs;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Live;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>A running machine as it is read: each page as it is at that moment.</summary>
internal sealed class LiveReading(RunningMachine machine) : ILiveMemory
{
    public void ReadPages(IReadOnlyList<PageRun> runs, PageTaken taken)
    {
        foreach (PageRun run in runs)
        {
            for (int i = 0; i < run.Pages; i++)
            {
                ulong page = run.Address + ((ulong)i * PhysicalMemory.PageSize);
                taken(page, machine.Read(page));
            }
        }
    }

    public bool TryRead(ulong address, Span<byte> buffer)
    {
        try
        {
            machine.Machine.Space.Read(address, buffer.Length).CopyTo(buffer);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>A snapshot in the making, in a folder that goes away.</summary>
internal sealed class LiveSnapshot : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-live-").FullName;
    private readonly List<KernelDump> _open = [];
    private readonly RunningMachine _machine;
    private readonly SnapshotReader _reader;
    private readonly SnapshotWriter _writer;
    private readonly DumpOptions _options;

    public LiveSnapshot(RunningMachine machine)
    {
        _machine = machine;
        _options = new DumpOptions { KernelDirectory = machine.Crashed.WriteKernel(Path.Combine(_folder, "kernel")) };
        _writer = SnapshotWriter.Begin(
            new FileStream(File, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read), new Dictionary<string, string> { ["architecture"] = machine.Machine.Options.IsArm ? "arm64" : "amd64" });
        _reader = SnapshotReader.Begin(new LiveReading(machine), _writer, _options, out DumpFault? fault)
            ?? throw new InvalidOperationException(fault!.ToString());
    }

    public string File => Path.Combine(_folder, "snapshot");

    public string Kernel => _options.KernelDirectory;

    public LivePasses Passes { get; } = new();

    /// <summary>Reads memory once more, and compares.</summary>
    public KernelDump Read()
    {
        _machine.BeginReading();
        Assert.True(_reader.ReadPass());
        KernelDump dump = KernelDump.Open(File, _options with { Pass = Passes.Count }, out DumpFault? fault)
            ?? throw new InvalidOperationException(fault!.ToString());
        _open.Add(dump);
        Passes.Add(dump, new LeakOptions());
        return dump;
    }

    public void Dispose()
    {
        _open.ForEach(dump => dump.Dispose());
        _writer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
