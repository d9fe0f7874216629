using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Engines.Alerts;
using Leakstat.Engines.Alerts.Settings;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Commands;

/// <summary>Tells the causes of a fleet as alerts, where a configuration says to whom.</summary>
internal sealed class FleetAlerts
{
    private readonly AlertSettings _settings;
    private readonly bool _isDryRun;
    private readonly Terminal _terminal;

    private FleetAlerts(AlertSettings settings, bool isDryRun, Terminal terminal)
    {
        _settings = settings;
        _isDryRun = isDryRun;
        _terminal = terminal;
    }

    /// <summary>
    /// Reads the configuration; null where none is named. Fails with code 2 where it is wrong, with 3 where it cannot
    /// be read.
    /// </summary>
    public static FleetAlerts? Open(ParseResult parsed, FleetOptions options, HttpClient client, Terminal terminal)
    {
        if (parsed.GetValue(options.AlertConfig) is not { } file)
        {
            return null;
        }

        try
        {
            return new FleetAlerts(
                AlertSettingsFile.Read(
                    file,
                    Encoding.UTF8.GetString(OpenedFile.ReadAll(file)),
                    client,
                    Environment.MachineName,
                    name => OpenedFile.ReadAll(name)),
                parsed.GetValue(options.DryRun),
                terminal);
        }
        catch (AlertSettingsException wrong)
        {
            throw new CommandException(ExitCode.Usage, PrintableText.Of(wrong.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: {FaultText.Of(e)}");
        }
    }

    /// <summary>Tells; fails with code 4 where somebody could not be told, with 3 where the state is damaged.</summary>
    public void Tell(FleetReport fleet)
    {
        try
        {
            using var file = new AlertStateFile(_settings.State);
            DateTimeOffset now = DateTimeOffset.UtcNow;
            AlertState state = CauseAlerts.Update(file.Read(), fleet, _settings.Least, _settings.Unseen, now);
            IEnumerable<IAlertReceiver> receivers = _isDryRun
                ? _settings.Receivers.Select(r => new DryRunReceiver(
                    r, r.IsRepeated, line => _terminal.Error.WriteLine($"leakstat: {line}")))
                : _settings.Receivers;
            Action<AlertState> record = _isDryRun ? static _ => { } : file.Write;
            (_, ImmutableArray<AlertDelivery> deliveries) = AlertRun.Tell(
                state, [.. receivers], _settings.Silences, now, record);
            AlertDelivery[] failed = [.. deliveries.Where(d => d.Failure is not null)];
            if (failed.Length > 0)
            {
                throw new CommandException(
                    ExitCode.Unreachable,
                    PrintableText.Of(
                        $"{Display.Count(failed.Length, "alert", "alerts")} not told to {failed[0].Receiver}: "
                        + $"{failed[0].Failure}; the next run tries again"));
            }
        }
        catch (InvalidDataException damaged)
        {
            throw new CommandException(ExitCode.NoInput, PrintableText.Of(damaged.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCode.Usage,
                PrintableText.Of(e.Message.StartsWith(_settings.State, StringComparison.Ordinal)
                    ? e.Message
                    : $"{_settings.State}: {FaultText.Of(e)}"));
        }
    }
}
