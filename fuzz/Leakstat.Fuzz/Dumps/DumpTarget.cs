using System.Runtime.InteropServices;
using Leakstat.Dump;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Unwinding;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Fuzz.Dumps;

/// <summary>What is damaged.</summary>
public enum DumpParts
{
    /// <summary>Now the one, now the other.</summary>
    All,

    /// <summary>Dumps.</summary>
    Dump,

    /// <summary>Kernels: ELF, symbols, types.</summary>
    Kernel,
}

/// <summary>Opens damaged dumps, or whole ones with damaged kernels, and walks what can be walked.</summary>
public sealed class DumpTarget : IFuzzTarget, IDisposable
{
    private readonly DumpParts _parts;
    private readonly string _folder;
    private readonly DumpSeed[] _seeds;
    private readonly ThreadLocal<Worker> _workers;
    private long _opened;
    private long _walked;
    private int _next;

    /// <summary>Makes the seeds; their kernels are files, in a temporary folder.</summary>
    public DumpTarget(DumpParts parts)
    {
        _parts = parts;
        _folder = Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/leakstat-fuzz-{Environment.ProcessId}-{Guid.NewGuid():N}").FullName
            : Directory.CreateTempSubdirectory("leakstat-fuzz-").FullName;
        _seeds = DumpSeed.Make(_folder);
        _workers = new ThreadLocal<Worker>(() => new Worker(_seeds, Path.Combine(_folder, $"worker{Interlocked.Increment(ref _next)}")));
    }

    /// <summary>Inputs that could be opened in spite of their damage.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>Inputs in which items were found.</summary>
    public long Walked => Interlocked.Read(ref _walked);

    /// <inheritdoc/>
    public void Run(ulong seed, long number, Action<string> report)
    {
        var random = SeededRandom.ForInput(seed, number);
        int index = random.Below(_seeds.Length);
        if (_seeds[index].IsWhole && random.Percent(70))
        {
            // Page tables of a dump of all memory take long to find.
            index = random.Below(index);
        }

        bool kernel = _parts == DumpParts.Kernel || (_parts == DumpParts.All && random.Percent(30));
        Worker worker = _workers.Value!;
        Damage damage = kernel ? worker.Kernels[index] : worker.Dumps[index];
        damage.Do(random);
        try
        {
            string folder = _seeds[index].KernelFolder;
            if (kernel)
            {
                folder = worker.WriteKernel(index, damage.Length);
            }

            Read(worker.DumpBytes(index, kernel ? null : damage.Length), folder, random.Percent(50), leaks: random.Percent(25), report);
        }
        finally
        {
            damage.Undo();
        }
    }

    /// <summary>Removes the files.</summary>
    public void Dispose()
    {
        _workers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Read(DumpBytes bytes, string kernelFolder, bool preferBuiltIn, bool leaks, Action<string> report)
    {
        DumpOptions options = new() { KernelDirectory = kernelFolder, TemporaryDirectory = _folder, PreferBuiltInLayouts = preferBuiltIn };
        var notes = new DumpProblems(options.Limits);
        if (DumpFile.Open(bytes, options, notes, out DumpFault? fault) is not { } file
            || KernelDump.Open(file, options, notes, out fault) is not { } dump)
        {
            if (fault is null || fault.Text.Length == 0)
            {
                report("not opened, and no fault says why");
            }

            return;
        }

        using (dump)
        {
            Interlocked.Increment(ref _opened);
            KernelHeap heap = dump.Heap;
            if (heap.Slabs.ItemCount > 0)
            {
                Interlocked.Increment(ref _walked);
            }

            Check(dump, heap, report);
            _ = dump.Messages;
            StackUnwinder.OfPanic(dump);
            if (leaks)
            {
                LeakReport found = LeakSearch.Run(dump, new LeakOptions());
                if (found.Leaks.Where(leak => IsObject(leak.Kind)).Sum(leak => (long)leak.Count) > found.Objects)
                {
                    report("more is lost than there is");
                }

                // Pages are no objects of the allocator: of them the dump has so many.
                if (found.Leaks.Where(leak => leak.Kind == LeakKind.Page).Sum(leak => leak.Bytes)
                    > dump.Memory.Physical.Bytes)
                {
                    report("more pages are lost than there are");
                }
            }
        }
    }

    private static bool IsObject(LeakKind kind) => kind is LeakKind.Zone or LeakKind.Malloc or LeakKind.Large;

    /// <summary>What holds of every answer, however damaged the question.</summary>
    private static void Check(KernelDump dump, KernelHeap heap, Action<string> report)
    {
        if (heap.Slabs.FirstItem[heap.Slabs.Count] != heap.Slabs.ItemCount || heap.Slabs.State.Length < heap.Slabs.ItemCount
            || heap.Counts.Count != heap.Kegs.Count || heap.Slabs.FirstSlabOfKeg[^1] != heap.Slabs.Count)
        {
            report("the tables of slabs do not fit each other");
        }

        PageOwners owners = dump.PageOwners;
        if (owners.Owner.Length != owners.Number.Length)
        {
            report("the owners of pages do not fit each other");
        }

        foreach (RootRange root in dump.Roots)
        {
            if (root.Length == 0 || root.Address + root.Length < root.Address && root.Address + root.Length != 0)
            {
                report($"a root that is no range: {root}");
                break;
            }
        }

        _ = dump.MallocTypes.Count + dump.Threads.Count + dump.Symbols.Files.Count;
    }

    /// <summary>Copies of the seeds that one thread damages.</summary>
    private sealed class Worker
    {
        private readonly byte[][] _dumps;
        private readonly byte[][] _kernels;
        private readonly string _folder;

        public Worker(DumpSeed[] seeds, string folder)
        {
            _dumps = [.. seeds.Select(seed => (byte[])seed.Dump.Clone())];
            _kernels = [.. seeds.Select(seed => (byte[])seed.Kernel.Clone())];
            Dumps = [.. seeds.Select((seed, i) => new Damage(_dumps[i], seed.DumpWords))];
            Kernels = [.. seeds.Select((seed, i) => new Damage(_kernels[i], seed.KernelWords))];
            _folder = folder;
            Directory.CreateDirectory(folder);
        }

        public Damage[] Dumps { get; }

        public Damage[] Kernels { get; }

        public DumpBytes DumpBytes(int index, int? length) => new CutBytes(_dumps[index], length ?? _dumps[index].Length) { Name = "vmcore.0" };

        public string WriteKernel(int index, int length)
        {
            using FileStream file = File.Create(Path.Combine(_folder, "kernel"));
            file.Write(_kernels[index], 0, length);
            return _folder;
        }
    }

    /// <summary>The front of an array.</summary>
    private sealed class CutBytes(byte[] bytes, int cut) : DumpBytes
    {
        public override long Length => cut;

        public override ReadOnlySpan<byte> Span(long offset, int length) => offset < 0 || offset >= cut || length <= 0
            ? default
            : MemoryMarshal.CreateReadOnlySpan(ref bytes[offset], (int)Math.Min(length, cut - offset));

        protected override void Dispose(bool disposing)
        {
        }
    }
}
