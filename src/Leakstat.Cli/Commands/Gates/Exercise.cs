using System.Diagnostics;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Targets;

namespace Leakstat.Cli.Commands.Gates;

/// <summary>The command that is repeated in every round of a gate, run on this machine.</summary>
internal static class Exercise
{
    /// <summary>
    /// Runs it; what it prints goes to standard error. Ended at the limit, with code 4, and with this program.
    /// </summary>
    public static int Run(string[] words, TimeSpan limit, Terminal terminal)
    {
        using var children = new ChildProcesses();
        using Process process = children.Start(words[0], words[1..], keepsInput: true)
            ?? throw new CommandException(ExitCode.NoInput, $"{words[0]}: the program is missing or may not be run");
        bool isLate = false;
        using IDisposable watchdog = children.EndAfter(process, limit, () => isLate = true);
        Thread errors = ChildOutput.Pass(process.StandardError.BaseStream, terminal.Said());
        ChildOutput.Pass(process.StandardOutput.BaseStream, terminal.Said()).Join();
        process.WaitForExit();
        errors.Join(1000);
        return isLate
            ? throw new CommandException(
                ExitCode.Unreachable,
                $"the exercise did not end within {limit.TotalSeconds:0} s (--limit); nothing was judged")
            : process.ExitCode;
    }
}
