using System.Diagnostics;
using System.Globalization;
using Leakstat.Dump;
using Leakstat.Dump.Inputs;
using Leakstat.DumpBench;
using Leakstat.Dump.Walking;

if (args is ["make", var folder, var size])
{
    GrownDump.Write(folder, long.Parse(size, CultureInfo.InvariantCulture) << 20);
    return 0;
}

if (args is not ["time", var dumpPath, var kernel])
{
    Console.Error.WriteLine("usage: make FOLDER MIB | time VMCORE KERNEL");
    return 2;
}

// The first round is what a user waits for in a fresh process; later ones show what of it was compiling.
for (int round = 1; round <= 4; round++)
{
    TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
    var clock = Stopwatch.StartNew();
    using KernelDump dump = KernelDump.Open(dumpPath, new DumpOptions { KernelDirectory = kernel }, out DumpFault? fault)
        ?? throw new InvalidOperationException($"{fault}");
    _ = dump.Types.Find("uma_zone");
    TimeSpan opened = clock.Elapsed;
    KernelHeap heap = dump.Heap;
    TimeSpan walked = clock.Elapsed;
    TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime - before;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"round {round}: {dump.Memory.Physical.Bytes / 1048576.0:0} MiB, header, symbols and types {opened.TotalSeconds:0.000} s, zone table held against {heap.Slabs.Count} slabs {walked.TotalSeconds:0.000} s in all ({processor.TotalSeconds:0.000} s of processor time), {HeapCheck.Disagreements(heap).Count} disagreements"));
}

return 0;
