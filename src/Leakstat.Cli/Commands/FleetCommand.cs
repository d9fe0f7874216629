using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Engines.Http;
using Leakstat.Engines.Queries;
using Leakstat.Fleet;
using Leakstat.Knowledge;
using Leakstat.Reports;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat fleet SOURCE… | --store FILE | --from URL</c>: many hosts in one table, grouped by what is wrong with
/// them, and what the hosts of a cause have in common.
/// </summary>
internal static class FleetCommand
{
    /// <summary>Hosts may be ahead of this machine by a little.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromHours(1);

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var own = new FleetOptions();
        var command = new Command(
            "fleet", "judge many hosts: one table, by cause, the one with the least time left first")
        {
            options.Json, options.Html, options.Sarif, options.FailOn, options.FailOnUnknown, options.NoColor,
            options.Color, options.Verbose, options.Owners, options.Signatures, options.Kernel,
        };
        own.AddTo(command);
        options.AddSourcesOrStore(command, own.Engine.From);
        command.SetAction(parsed => Run(parsed, options, own, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, CommonOptions options, FleetOptions own, Terminal terminal)
    {
        KnowledgeBase knowledge = SourceReading.Knowledge(parsed, options, terminal);
        using HttpClient client = EngineOptions.Client();
        FleetAlerts? alerts = FleetAlerts.Open(parsed, own, client, terminal);
        HostInputs inputs = parsed.GetValue(own.Engine.From) is null
            ? HostInputs.Open(parsed, options, knowledge, terminal)
            : FromEngine(parsed, options, own, knowledge, client);
        if (parsed.GetValue(own.Shard) is { } text && HostShard.Parse(text) is { } shard)
        {
            inputs = inputs.In(shard);
            if (inputs.Hosts.IsEmpty)
            {
                terminal.Error.WriteLine($"leakstat: no host is in part {shard}");
                return ExitCode.Done;
            }
        }

        return HostsReport.Run(
            parsed,
            options,
            terminal,
            inputs,
            ReportRegistry.Fleet,
            judged: fleet => Pass(
                fleet, alerts, f => FleetWriting.Write(parsed, own, f, client, terminal), terminal));
    }

    /// <summary>
    /// Tells alerts, then writes. Neither is left out for the other: an engine that is down is when alerts matter, and
    /// somebody who cannot be told is no reason for a gap in what is written. Where both fail, both are said.
    /// </summary>
    private static void Pass(FleetReport fleet, FleetAlerts? alerts, Action<FleetReport> write, Terminal terminal)
    {
        CommandException? untold = null;
        try
        {
            alerts?.Tell(fleet);
        }
        catch (CommandException failure)
        {
            untold = failure;
        }

        try
        {
            write(fleet);
        }
        catch (EngineException failure) when (untold is not null)
        {
            terminal.Error.WriteLine($"leakstat: {failure.Message}");
        }

        if (untold is not null)
        {
            throw untold;
        }
    }

    private static HostInputs FromEngine(
        ParseResult parsed, CommonOptions options, FleetOptions own, KnowledgeBase knowledge, HttpClient client)
    {
        IEngineReader engine = EngineReaders.Open(client, own.Engine.Address(parsed, own.Engine.From));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return HostInputs.Of(EngineReading.Hosts(
            engine, parsed.GetValue(options.Host), now - parsed.GetValue(own.Last), now + s_ahead, knowledge));
    }
}
