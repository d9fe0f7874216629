using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Leakstat.Model;
using Leakstat.Platform;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;

namespace Leakstat.Serve.Intake;

/// <summary>
/// Collects from live hosts by <c>leakstat collect</c>, a process of its own, into a spool that is read as it grows:
/// what hosts and ssh do to it does not reach the server. When it ends it is started again.
/// </summary>
internal sealed class TargetCollection
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    private readonly ServeSettings _settings;
    private readonly ImmutableArray<string> _program;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;

    /// <summary>Prepares.</summary>
    /// <param name="settings">The hosts, and how they are collected from.</param>
    /// <param name="program">The program <c>leakstat</c>, and what stands in front of its arguments.</param>
    /// <param name="journal">Where what it says is told.</param>
    /// <param name="clock">The time.</param>
    public TargetCollection(
        ServeSettings settings, ImmutableArray<string> program, Journal journal, TimeProvider clock) =>
        (_settings, _program, _journal, _clock) = (settings, program, journal, clock);

    /// <summary>Collects until it is ended.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        using var children = new ChildProcesses();
        string inventory = _settings.CollectSpool + "-inventory";
        while (!end.IsCancellationRequested)
        {
            try
            {
                File.Delete(inventory);
                PrivateFiles.Write(inventory, Encoding.UTF8.GetBytes(Inventory(_settings.Collect.Targets)));
                PrivateFiles.MakeFolder(_settings.CollectSpool);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _journal.WriteRarely("collect", $"{inventory}: {FaultText.Of(e)}");
                await Task.Delay(s_pause, _clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            if (children.Start(_program[0], [.. _program[1..], .. Arguments(inventory)]) is not { } process)
            {
                _journal.WriteRarely("collect", $"{_program[0]} cannot be started; hosts are not collected from");
            }
            else
            {
                await ListenAsync(process, end).ConfigureAwait(false);
                children.End(process);
                process.Dispose();
            }

            await Task.Delay(s_pause, _clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The hosts as <c>leakstat collect -i</c> reads them (docs/live.md).</summary>
    internal static string Inventory(ImmutableArray<LiveTarget> targets)
    {
        var text = new StringBuilder();
        foreach (LiveTarget target in targets)
        {
            text.Append(target.Text);
            Word(" name=", target.Name);
            Word(" ", target.Elevation);
            Word(" every=", Seconds(target.Every));
            Word(" limit=", Seconds(target.Limit));
            text.Append('\n');
        }

        return text.ToString();

        void Word(string before, string? value)
        {
            if (value is not null)
            {
                text.Append(before).Append(value);
            }
        }
    }

    private string[] Arguments(string inventory) =>
    [
        "collect", "-i", inventory, "-o", _settings.CollectSpool,
        "--every", Seconds(_settings.Collect.Every)!,
        "--limit", Seconds(_settings.Collect.Limit)!,
        "--for", "3650d",
        "--jobs", _settings.Collect.Jobs.ToString(CultureInfo.InvariantCulture),
        "--ssh", _settings.Collect.Ssh,
        "--quiet",
    ];

    /// <summary>Tells what it says, to its end or ours.</summary>
    private async Task ListenAsync(Process process, CancellationToken end)
    {
        try
        {
            while (await process.StandardError.ReadLineAsync(end).ConfigureAwait(false) is { } line)
            {
                // It tells of a host when its state changes, and not each time.
                _journal.Write(line);
            }

            await process.WaitForExitAsync(end).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Ended, by us or by itself.
        }
    }

    private static string? Seconds(TimeSpan? span) =>
        span is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0}s") : null;
}
