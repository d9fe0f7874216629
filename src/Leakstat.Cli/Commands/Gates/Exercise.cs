using System.Diagnostics;
using Leakstat.Cli.Hosting;

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
        using var watchdog = new Timer(
            _ =>
            {
                isLate = true;
                children.End(process);
            },
            null,
            limit,
            Timeout.InfiniteTimeSpan);
        var errors = new Thread(() => Pass(process.StandardError.BaseStream, terminal.Said())) { IsBackground = true };
        errors.Start();
        Pass(process.StandardOutput.BaseStream, terminal.Said());
        process.WaitForExit();
        errors.Join(1000);
        return isLate
            ? throw new CommandException(
                ExitCode.Unreachable,
                $"the exercise did not end within {limit.TotalSeconds:0} s (--limit); nothing was judged")
            : process.ExitCode;
    }

    private static void Pass(Stream from, Stream to)
    {
        try
        {
            from.CopyTo(to);
            to.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended.
        }
    }
}
