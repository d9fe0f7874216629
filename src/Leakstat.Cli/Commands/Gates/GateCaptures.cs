using Leakstat.Cli.Hosting;
using Leakstat.Cli.Targets;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Cli.Commands.Gates;

/// <summary>Takes the captures of a gate: by the collector on the target, or by a command of the user's.</summary>
internal sealed class GateCaptures(GateFolder folder, TargetShell target, string? command, Terminal terminal)
{
    /// <summary>Takes one; fails with code 4 where the target gives nothing.</summary>
    public void Take(RoundRole role)
    {
        int number = folder.Plan().Roles.Length + 1;
        if (command is null && number == 1)
        {
            target.MustBeFreeBsd(terminal.Said());
        }

        folder.Add(role, output =>
        {
            int status;
            if (command is not null)
            {
                status = TargetShell.Of("local").Execute(
                    command, null, output, terminal.Said(), TargetShell.CaptureLimit);
            }
            else
            {
                status = target.Execute(
                    "sh -s -- --stdout",
                    new MemoryStream(CollectorScript.Bytes),
                    output,
                    terminal.Said(),
                    TargetShell.CaptureLimit);
            }

            if (output.Length == 0)
            {
                throw new CommandException(
                    ExitCode.Unreachable,
                    $"{(command is null ? target.Name : command)}: no capture (exit status {status})");
            }
        });
        terminal.Error.WriteLine($"leakstat: capture {number}: {Word(role)}");
    }

    private static string Word(RoundRole role) => role switch
    {
        RoundRole.Idle => "before",
        RoundRole.Loaded => "module loaded",
        RoundRole.WarmUp => "warm-up",
        RoundRole.Round => "round",
        _ => "module unloaded",
    };
}
