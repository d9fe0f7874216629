using System.CommandLine;

namespace Leakstat.Cli.Options;

/// <summary>What <c>fleet</c> has beside what other reports have.</summary>
internal sealed class FleetOptions
{
    private static readonly TimeSpan s_month = TimeSpan.FromDays(30);

    /// <summary>Engines.</summary>
    public EngineOptions Engine { get; } = new();

    /// <summary>How far back an engine is read.</summary>
    public Option<TimeSpan> Last { get; } = Durations.Option(
        "--last", "with --from: how far back samples are read", s_month);

    /// <summary>One part of the hosts.</summary>
    public Option<string?> Shard { get; } = new("--shard")
    {
        Description = "judge one part of the hosts, as 2/8: each host is in one of the eight parts",
        HelpName = "I/N",
    };

    /// <summary>Whom to tell alerts.</summary>
    public Option<string?> AlertConfig { get; } = new("--alert-config")
    {
        Description = "tell each cause as one alert to whom this file says (TOML; Alertmanager, webhook, syslog, mail)",
        HelpName = "FILE",
    };

    /// <summary>Whether nothing is told.</summary>
    public Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "with --alert-config: only say what would be told to whom",
    };

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[
            Engine.From, Last, Engine.TokenFile, Shard, Engine.RemoteWrite, Engine.Labels, AlertConfig,
            DryRun])
        {
            command.Add(option);
        }

        Shard.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && HostShard.Parse(result.Tokens[0].Value) is null)
            {
                result.AddError("--shard takes a part of parts, as 2/8");
            }
        });
        command.Validators.Add(result =>
        {
            bool reads = Given(Engine.From);
            bool writes = Given(Engine.RemoteWrite);
            if (Given(Last) && !reads)
            {
                result.AddError("--last belongs to --from");
            }
            else if (Given(Engine.TokenFile) && !reads && !writes)
            {
                result.AddError("--token-file belongs to --from and --remote-write");
            }
            else if (Given(DryRun) && !Given(AlertConfig))
            {
                result.AddError("--dry-run belongs to --alert-config");
            }
            else if (Given(Engine.Labels) && !writes)
            {
                result.AddError("--label belongs to --remote-write");
            }

            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        });
    }
}
