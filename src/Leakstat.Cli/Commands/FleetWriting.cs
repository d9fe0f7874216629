using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Writing;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Commands;

/// <summary>Writes what was found on hosts back to an engine, as metrics, for rules and dashboards.</summary>
internal static class FleetWriting
{
    /// <summary>Writes where that was asked for; fails with code 4 where the engine does not take it.</summary>
    public static void Write(
        ParseResult parsed, FleetOptions options, FleetReport fleet, HttpClient client, Terminal terminal)
    {
        if (parsed.GetValue(options.Engine.RemoteWrite) is null)
        {
            return;
        }

        EngineAddress address = options.Engine.Address(parsed, options.Engine.RemoteWrite);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        (string, string)[] labels = options.Engine.LabelsOf(parsed);
        var writer = new RemoteWriter(client, address);
        var outcome = default(WriteOutcome);
        foreach (WriteBatch batch in WriteBatch.Divide(
            fleet.Hosts.SelectMany(h => HostTimeSeries.Of(h, now, [.. labels]).Series)))
        {
            outcome = outcome.With(writer.Send(batch));
        }

        if (outcome.Refused > 0)
        {
            terminal.Error.WriteLine(
                $"leakstat: {address}: {Display.Count(outcome.Refused, "sample", "samples")} refused: "
                    + PrintableText.Of(outcome.Why ?? ""));
        }
    }
}
