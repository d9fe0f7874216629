using System.Diagnostics;
using System.Globalization;
using Leakstat.ServeBench;

if (args.Length != 5)
{
    await Console.Error.WriteLineAsync("usage: bench/serve.sh [HOSTS] [SECONDS]");
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
(string library, string sample, string work) = (args[0], args[1], args[2]);
int hosts = int.Parse(args[3], CultureInfo.InvariantCulture);
int seconds = int.Parse(args[4], CultureInfo.InvariantCulture);
var bodies = new Bodies(sample);
await using ServerUnderLoad server = await ServerUnderLoad.StartAsync(library, work, hosts);
using var load = new PushLoad(server, bodies, hosts);

// Two captures of each host, so that every host has a history.
await load.OneOfEachAsync(0);
await load.OneOfEachAsync(1);
var settle = Stopwatch.StartNew();
await server.SettledAsync(hosts);
Console.WriteLine($"processor time until then: {server.ProcessorTime.TotalMilliseconds / (2 * hosts):0.00} ms a capture, all in all");
Console.WriteLine($"{hosts} hosts judged and compared {settle.Elapsed.TotalSeconds:0.0} s after their second capture");
Console.WriteLine($"memory with {hosts} hosts: {server.Memory("VmRSS") >> 20} MiB, at most {server.Memory("VmHWM") >> 20} MiB");
double[] first = await server.FirstBytesAsync("/", 50);
Console.WriteLine($"first byte of the fleet page: median {first[25]:0.0} ms, worst of 50 {first[^1]:0.0} ms");
TimeSpan processor = server.ProcessorTime;
(double rate, int refused) = await load.FastestAsync(TimeSpan.FromSeconds(seconds));
double spent = (server.ProcessorTime - processor).TotalMilliseconds / (rate * seconds);
Console.WriteLine($"processor time of the server meanwhile: {spent:0.00} ms a push, which two processors do {2000 / spent:0} times a second");
Console.WriteLine($"pushes as fast as they go: {rate:0} captures/s acknowledged, {refused} refused; bodies of {bodies.Size >> 10} KiB");
double[] took = await load.SteadyAsync(200, TimeSpan.FromSeconds(seconds));
Console.WriteLine(
    $"at 200/s: p50 {took[took.Length / 2]:0.0} ms, p99 {took[took.Length * 99 / 100]:0.0} ms, worst {took[^1]:0.0} ms");
settle.Restart();
await server.SettledAsync(hosts);
Console.WriteLine($"all of it stored and judged {settle.Elapsed.TotalSeconds:0.0} s after the last push");
Console.WriteLine($"memory then: {server.Memory("VmRSS") >> 20} MiB, at most {server.Memory("VmHWM") >> 20} MiB");
return 0;
