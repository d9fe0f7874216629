using System.CommandLine;
using Leakstat.Cli.Options;

namespace Leakstat.Cli.Targets;

/// <summary>The options of every command that reaches live hosts.</summary>
internal sealed class LiveOptions
{
    private readonly Option<bool> _sudo = new("--sudo") { Description = "run the commands with sudo -n on the host" };
    private readonly Option<bool> _doas = new("--doas") { Description = "run the commands with doas -n on the host" };

    private readonly Option<string> _ssh = new("--ssh")
    {
        Description = "the ssh program, with options of it: 'ssh -F file -J jump' (default ssh)",
        HelpName = "COMMAND",
        DefaultValueFactory = _ => "ssh",
    };

    private readonly Option<TimeSpan> _limit = Durations.Option(
        "--limit", "most time that one capture of a host may take", TimeSpan.FromMinutes(1));

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        AddTo(command, isRecursive: false);
        command.Add(_limit);
    }

    /// <summary>Adds those that are no matter of captures to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isRecursive">Whether they may stand behind its subcommands too.</param>
    public void AddTo(Command command, bool isRecursive)
    {
        foreach (Option option in (Option[])[_sudo, _doas, _ssh])
        {
            option.Recursive = isRecursive;
            command.Add(option);
        }
    }

    /// <summary>The ssh program and its options.</summary>
    public string[] SshOf(ParseResult parsed) =>
        parsed.GetValue(_ssh)!.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words
            ? words
            : ["ssh"];

    /// <summary>Most time for one capture.</summary>
    public TimeSpan LimitOf(ParseResult parsed) => parsed.GetValue(_limit);

    /// <summary>A target as the options want it; what it says itself stays.</summary>
    public LiveTarget Apply(ParseResult parsed, LiveTarget target) => target with
    {
        Elevation = target.Elevation ?? (parsed.GetValue(_sudo) ? "sudo" : parsed.GetValue(_doas) ? "doas" : null),
    };
}
