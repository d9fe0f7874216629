using System.Runtime.CompilerServices;
using System.Text;
using Leakstat.Bench;
using Leakstat.Model;

// generate OUT MEGABYTES FILE     repeats a real output until it is that large
// spool OUT CAPTURES FOLDER       makes a spool of captures like that one
// gate RUNS ROUNDS SERIES...      how often the gate finds and blames, on noise replayed from real series
// load SPOOL                      loads it into a store and prints the processor time of each step
// fleet STORE HOSTS SAMPLES SERIES FOLDER  makes a store of hosts like the one of that capture, of so many series
// judge STORE HOSTS               judges so many of its hosts and prints the processor time of each step
// remote-write URL HOSTS FOLDER   sends captures of so many hosts like that one to an engine, and prints the rate
// parse FORMAT FILE               reads it table by table and prints rate (of processor time), allocation and sums
switch (args)
{
    case ["generate", var output, var megabytes, var file]:
        Repeat(file, output, long.Parse(megabytes) << 20);
        return 0;
    case ["spool", var output, var captures, var capture]:
        SpoolMaker.Make(output, int.Parse(captures, System.Globalization.CultureInfo.InvariantCulture), capture);
        return 0;
    case ["load", var spool]:
        SpoolLoading.Measure(spool);
        return 0;
    case ["fleet", var store, var hosts, var samples, var series, var capture]:
        FleetStore.Make(
            store,
            int.Parse(hosts, System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(samples, System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(series, System.Globalization.CultureInfo.InvariantCulture),
            capture);
        return 0;
    case ["judge", var store, var hosts]:
        FleetJudging.Measure(store, int.Parse(hosts, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["remote-write", var address, var hosts, var capture]:
        RemoteWriteRate.Measure(address, int.Parse(hosts, System.Globalization.CultureInfo.InvariantCulture), capture);
        return 0;
    case ["parse", var format, var file]:
        Measure(format, file);
        return 0;
    case ["gate", var runs, var rounds, .. var folders] when folders.Length > 0:
        GateSimulation.Run(
            int.Parse(runs, System.Globalization.CultureInfo.InvariantCulture), int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture), folders);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: generate OUT MEGABYTES FILE | spool OUT CAPTURES FOLDER | load SPOOL | fleet STORE HOSTS SAMPLES SERIES FOLDER | judge STORE HOSTS | remote-write URL HOSTS FOLDER | parse FORMAT FILE | gate RUNS ROUNDS SERIES...");
        return 2;
}

static void Repeat(string file, string output, long size)
{
    byte[] unit = File.ReadAllBytes(file);
    using FileStream stream = File.Create(output);
    while (stream.Position < size)
    {
        stream.Write(unit);
    }
}

static void Measure(string format, string file)
{
    var parse = new ZoneParsing(format, File.ReadAllBytes(file));
    TimeSpan best = TimeSpan.MaxValue;
    long allocated = 0;
    for (int round = 0; round < 7; round++)
    {
        // The first two rounds warm up: compilation in tiers, names in the pool.
        long before = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        parse.Run();
        TimeSpan elapsed = Environment.CpuUsage.TotalTime - start;
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        best = round >= 2 && elapsed < best ? elapsed : best;
    }

    double megabytes = parse.Bytes / 1e6;
    Console.WriteLine(new StringBuilder()
        .Append($"{megabytes / best.TotalSeconds:F0} {best.TotalSeconds:F3} {parse.Used} {parse.Free} {parse.Names} ")
        .Append($"{(double)allocated / parse.Rows:F1} {Unsafe.SizeOf<ZoneRow>()}"));
}
