using System.CommandLine;
using Leakstat.Cli.Options;

namespace Leakstat.Cli.Commands.Gates;

/// <summary>The options of <c>leakstat gate</c> and what they mean together.</summary>
internal sealed class GateOptions
{
    /// <summary>Target.</summary>
    public Option<string> Target { get; } = new("--target")
    {
        Description = "the FreeBSD host: local or ssh://user@host[:port] (local)",
        HelpName = "TARGET",
        DefaultValueFactory = _ => "local",
    };

    /// <summary>Capture command.</summary>
    public Option<string?> Capture { get; } = new("--capture")
    {
        Description = "take captures by this command of sh(1) instead; what it prints is the capture",
        HelpName = "COMMAND",
    };

    /// <summary>Folder.</summary>
    public Option<string?> Output { get; } =
        new("--output", "-o") { Description = "keep the captures here; must not exist or be empty", HelpName = "DIR" };

    /// <summary>Rounds.</summary>
    public Option<int> Rounds { get; } =
        new("--rounds") { Description = "rounds that count (20)", HelpName = "N", DefaultValueFactory = _ => 20 };

    /// <summary>Warm-up.</summary>
    public Option<int> WarmUp { get; } = new("--warm-up")
    {
        Description = "first rounds that do not count: caches fill (2)",
        HelpName = "N",
        DefaultValueFactory = _ => 2,
    };

    /// <summary>Idle captures.</summary>
    public Option<int> Idle { get; } = new("--idle")
    {
        Description = "captures before anything is done; three or more show what the host does by itself (3)",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };

    /// <summary>Module.</summary>
    public Option<string?> Module { get; } =
        new("--module")
        {
            Description = "file of the module that is tried: what has its name is judged more strictly",
            HelpName = "FILE.ko",
        };

    /// <summary>Exercise.</summary>
    public Option<string?> Exercise { get; } =
        new("--exercise") { Description = "command of sh(1), run on the target in every round", HelpName = "COMMAND" };

    /// <summary>Limit of time.</summary>
    public Option<TimeSpan> Limit { get; } = Durations.Option(
        "--limit", "most time that one run of the exercise may take", TimeSpan.FromHours(1));

    /// <summary>Baseline.</summary>
    public Option<string?> Baseline { get; } =
        new("--baseline")
        {
            Description = "known leaks (tab-separated: kind, name, per round, until, why)",
            HelpName = "FILE",
        };

    /// <summary>Baseline to write.</summary>
    public Option<string?> WriteBaseline { get; } =
        new("--write-baseline") { Description = "write the leaks found as a baseline", HelpName = "FILE" };

    /// <summary>JUnit.</summary>
    public Option<string?> JUnit { get; } = new("--junit") { Description = "write JUnit XML", HelpName = "FILE" };

    /// <summary>GitHub annotations.</summary>
    public Option<bool> GitHub { get; } =
        new("--github") { Description = "print GitHub annotations (set by itself where GITHUB_ACTIONS is)" };

    /// <summary>Adds what every form of the command has.</summary>
    public void AddReports(Command command, CommonOptions common)
    {
        foreach (Option option in new Option[]
        {
            Baseline,
            WriteBaseline,
            common.Json,
            common.Html,
            common.Sarif,
            JUnit,
            GitHub,
            common.NoColor,
            common.Color,
            common.Quiet,
            common.Verbose,
        })
        {
            command.Add(option);
        }
    }
}
