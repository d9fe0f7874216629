using Leakstat.Dump.Containers;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Live;

/// <summary>What a pass has so far, as memory that notes what is asked for and missing.</summary>
internal sealed class LiveView : IDisposable
{
    private readonly MappedBytes _bytes;

    private readonly DumpMachine _machine;

    private LiveView(MappedBytes bytes, WantedMemory wanted, LiveKernel kernel)
    {
        _bytes = bytes;
        _machine = kernel.Machine;
        Wanted = wanted;
        Translation = kernel.Tables(wanted);
    }

    public WantedMemory Wanted { get; }

    public AddressTranslation Translation { get; }

    /// <summary>The pass that is being written.</summary>
    public static LiveView Of(SnapshotWriter writer, LiveKernel kernel)
    {
        var bytes = MappedBytes.Open(writer.Path);
        var wanted = new WantedMemory(Snapshot.Read(bytes)?.Memory(writer.Pass)) { PageSize = Snapshot.PageSize };
        return new LiveView(bytes, wanted, kernel);
    }

    /// <summary>Asks for the pages of a range of the kernel's addresses.</summary>
    public void Touch(ulong address, ulong length)
    {
        ulong first = address & ~(ulong)(Snapshot.PageSize - 1);
        for (ulong at = first; at - address < length || at < address; at += Snapshot.PageSize)
        {
            if (Translation.TryTranslate(at, out ulong physical))
            {
                _ = Wanted.SlotOf(physical);
            }
        }
    }

    /// <summary>The same as a dump with its kernel; takes this over.</summary>
    public KernelDump Open(DumpOptions options)
    {
        var file = new DumpFile(_bytes)
        {
            Path = _bytes.Name,
            Kind = ContainerKind.Snapshot,
            Machine = _machine,
            Physical = Wanted,
            Translation = Translation,
        };
        return KernelDump.Open(file, options, new DumpProblems(options.Limits), out DumpFault? fault)
            ?? throw new LiveMemoryException(fault!.ToString());
    }

    public void Dispose() => _bytes.Dispose();
}
