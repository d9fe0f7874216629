using System.Diagnostics;
using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Writing;
using Leakstat.Model;
using Leakstat.Platform;

namespace Leakstat.Bench;

/// <summary>
/// Sends captures of many hosts as they are taken, one after another, each series with one sample, and tells how many samples
/// a second an engine takes, and what making and sending them costs this process.
/// </summary>
internal static class RemoteWriteRate
{
    private const int Rounds = 10;

    public static void Measure(string address, int hosts, string folder)
    {
        SourceSet set = SourceSet.Open([FileSystemSource.TryOpen(folder)!], new NamePool(), ReadLimits.Default);
        Capture model = set.Hosts[0].Captures().Last();
        Ledger ledger = LedgerBuilder.From(model);
        using HttpClient client = EngineHttp.Make(TimeSpan.FromSeconds(60));
        var writer = new RemoteWriter(client, EngineAddress.Parse(address)!);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        var outcome = default(WriteOutcome);
        long bytes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            DateTimeOffset at = now.AddMinutes(round - Rounds);
            IEnumerable<TimeSeries> series = Enumerable.Range(0, hosts).SelectMany(
                h => HostTimeSeries.Of(HostSamples.Of($"live-{h:0000}", model with { TakenAt = at }, ledger)).Series);
            foreach (WriteBatch batch in WriteBatch.Divide(series))
            {
                bytes += batch.Body.Length;
                outcome = outcome.With(writer.Send(batch));
            }
        }

        double seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine(
            $"live: {outcome.Sent} samples in {seconds:0.0} s, {outcome.Sent / seconds:0} samples/s, "
            + $"{outcome.Sent / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0} samples per second of processor time here; "
            + $"{outcome.Sent / (double)(Rounds * hosts):0} samples and {bytes / (double)(Rounds * hosts) / 1024:0.0} KiB sent for each capture; "
            + $"{outcome.Refused} refused");
    }
}
