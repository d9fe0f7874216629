using System.Diagnostics;
using System.Globalization;
using Leakstat.Dump.Marking;
using Leakstat.MarkBench;

// Marks one synthetic heap with one thread, with two, and by binary search in a sorted array, side by side.
// --gib N (4), --pointers SHARE (0.1), --runs N (3), --search-seconds N (60: where the search is cut off, its pace counts).
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
double gib = Option("--gib", 4);
double share = Option("--pointers", 0.1);
int runs = (int)Option("--runs", 3);
var limit = TimeSpan.FromSeconds(Option("--search-seconds", 60));
using var heap = new SyntheticHeap((long)(gib * (1L << 30)) / 4096 * 4096, share, seed: 1);
Console.WriteLine($"heap of {gib:0.##} GiB, {heap.Table.BlockCount:N0} blocks, {share:P0} pointers; load before: {Load()}");
Console.WriteLine($"{"",-26}{"wall s",9}{"CPU s",9}{"GB/s wall",11}{"GB/s CPU",10}{"reached",14}{"extra",9}");
MarkEngine.Mark(heap.Input(1) with { Roots = [new MarkRoot(SyntheticHeap.Base, 1 << 20)] });
double one = double.MaxValue;
double two = double.MaxValue;
for (int run = 0; run < runs; run++)
{
    one = Math.Min(one, Time("one thread", 1));
    two = Math.Min(two, Time("two threads", 2));
}

Console.WriteLine($"two threads are {one / two:0.00} times as fast as one (best of {runs})");
MarkInput input = heap.Input(1);
TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
long start = Stopwatch.GetTimestamp();
long found = SortedSearch.Mark(heap, input, limit, out long words, out bool isWhole);
Print(isWhole ? "sorted array" : "sorted array (cut off)", Stopwatch.GetElapsedTime(start), Process.GetCurrentProcess().TotalProcessorTime - cpu, words * 8, found, 0);
Console.WriteLine($"load after: {Load()}");

double Time(string name, int threads)
{
    MarkInput given = heap.Input(threads);
    TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
    long from = Stopwatch.GetTimestamp();
    MarkResult result = MarkEngine.Mark(given);
    TimeSpan wall = Stopwatch.GetElapsedTime(from);
    Print(name, wall, Process.GetCurrentProcess().TotalProcessorTime - before, result.Counts.Bytes, result.Counts.Reached, result.Counts.ExtraBytes + given.Blocks.Bytes);
    return wall.TotalSeconds;
}

void Print(string name, TimeSpan wall, TimeSpan cpuTime, long bytes, long reached, long extra) => Console.WriteLine(
    $"{name,-26}{wall.TotalSeconds,9:0.00}{cpuTime.TotalSeconds,9:0.00}{bytes / wall.TotalSeconds / 1e9,11:0.00}{bytes / cpuTime.TotalSeconds / 1e9,10:0.00}{reached,14:N0}{(double)extra / heap.Bytes,9:P2}");

double Option(string name, double otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? double.Parse(args[at + 1]) : otherwise;
}

static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
