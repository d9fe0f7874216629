using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Reports;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat fleet SOURCE… | --store FILE</c>: many hosts in one table, grouped by what is wrong with them, and
/// what the hosts of a cause have in common.
/// </summary>
internal static class FleetCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var command = new Command(
            "fleet", "judge many hosts: one table, by cause, the one with the least time left first")
        {
            options.Json, options.Html, options.Sarif, options.FailOn, options.FailOnUnknown, options.NoColor,
            options.Color, options.Verbose, options.Owners, options.Signatures, options.Kernel,
        };
        options.AddSourcesOrStore(command);
        command.SetAction(parsed => HostsReport.Run(
            parsed,
            options,
            terminal,
            HostInputs.Open(parsed, options, SourceReading.Knowledge(parsed, options, terminal), terminal),
            ReportRegistry.Fleet));
        return command;
    }
}
