using System.Diagnostics;
using Leakstat.Cli.Hosting;

namespace Leakstat.Cli.Targets;

/// <summary>
/// A host on which commands are run, for a gate or a trace: this one, or one over the system's ssh with the user's own
/// configuration and no questions asked.
/// </summary>
internal sealed class TargetShell
{
    /// <summary>Most time that a capture or a preparation may take.</summary>
    public static readonly TimeSpan CaptureLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(30);
    private readonly string[] _prefix;

    private TargetShell(string name, string[] prefix)
    {
        Name = name;
        _prefix = prefix;
    }

    /// <summary>The target as it was named.</summary>
    public string Name { get; }

    /// <summary>Reads <c>local</c> or <c>ssh://[user@]host[:port]</c>; fails with code 2 on anything else.</summary>
    /// <param name="target">The target.</param>
    /// <param name="path">Folder that is looked in first for commands of this host; null for none.</param>
    public static TargetShell Of(string target, string? path = null)
    {
        if (target == "local")
        {
            return new TargetShell(target, path is null ? ["sh", "-c"] : ["env", $"LEAKSTAT_PATH={path}:", "sh", "-c"]);
        }

        LiveTarget live = LiveTarget.Parse(target, out string? problem)
            ?? throw new CommandException(
                ExitCode.Usage, problem ?? $"{target}: not a target; write local or ssh://user@host[:port]");
        return new TargetShell(target, SshCommand.Login(live, ["ssh"]));
    }

    /// <summary>Asks what runs there; fails with code 4 where it cannot be reached or is not FreeBSD.</summary>
    public void MustBeFreeBsd(Stream said)
    {
        using var answer = new MemoryStream();
        int status = Execute("uname -s", null, answer, said, s_answer, 64 << 10);
        string name = System.Text.Encoding.UTF8.GetString(answer.ToArray()).Trim();
        if (name != "FreeBSD")
        {
            throw new CommandException(
                ExitCode.Unreachable,
                $"{Name}: {(name.Length == 0 ? $"cannot be reached (exit status {status})" : "is not FreeBSD")}");
        }
    }

    /// <summary>
    /// Runs a command of sh(1) there. Neither it nor ssh outlives this program, and neither runs longer than it may: at
    /// the limit of time or of output it is ended, with code 4.
    /// </summary>
    /// <param name="command">The command, for sh(1).</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="output">Where its output goes.</param>
    /// <param name="said">Where what it says on standard error goes (<see cref="Terminal.Said"/>).</param>
    /// <param name="limit">Most time that it may take, the login included.</param>
    /// <param name="mostBytes">Most bytes that are taken.</param>
    /// <returns>Its exit status.</returns>
    public int Execute(
        string command, Stream? input, Stream output, Stream said, TimeSpan limit, long mostBytes = 256 << 20)
    {
        using var children = new ChildProcesses();
        using Process process = children.Start(_prefix[0], [.. _prefix.Skip(1), command])
            ?? throw new CommandException(ExitCode.Unreachable, $"the program {_prefix[0]} is missing here");
        bool isLate = false;
        using IDisposable watchdog = children.EndAfter(process, limit, () => isLate = true);
        Thread feeding = ChildOutput.Background(() => Feed(process, input));
        Thread listening = ChildOutput.Pass(process.StandardError.BaseStream, said);
        bool isTooMuch = !Take(children, process, output, mostBytes);
        output.Flush();
        process.WaitForExit();
        int status = process.ExitCode;
        listening.Join(1000);
        feeding.Join(1000);
        if (isTooMuch || isLate)
        {
            throw new CommandException(
                ExitCode.Unreachable,
                isTooMuch
                    ? $"{Name}: more than {mostBytes >> 20} MiB of output; ended"
                    : $"{Name}: no end within {limit.TotalSeconds:0} s; ended");
        }

        return status;
    }

    /// <summary>Takes the output to its end; false where it is more than that.</summary>
    private static bool Take(ChildProcesses children, Process process, Stream output, long mostBytes)
    {
        byte[] buffer = new byte[64 << 10];
        long taken = 0;
        int read;
        while ((read = process.StandardOutput.BaseStream.Read(buffer)) > 0)
        {
            taken += read;
            if (taken > mostBytes)
            {
                children.End(process);
                return false;
            }

            output.Write(buffer, 0, read);
            if (!output.CanWrite)
            {
                // Whoever takes the output has had enough.
                children.End(process);
                break;
            }
        }

        return true;
    }

    private static void Feed(Process process, Stream? input)
    {
        try
        {
            input?.CopyTo(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (Exception e) when (ChildOutput.IsGone(e))
        {
            // The command does not read its input to the end; its exit status says what it thinks of that.
        }
    }
}
