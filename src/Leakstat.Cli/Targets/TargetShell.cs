using System.Diagnostics;
using Leakstat.Cli.Hosting;
using Leakstat.Model;

namespace Leakstat.Cli.Targets;

/// <summary>
/// A host on which commands are run, for a gate or a trace: this one, or one over the system's ssh with the user's own configuration
/// and no questions asked.
/// </summary>
internal sealed class TargetShell
{
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
            ?? throw new CommandException(ExitCode.Usage, problem ?? $"{target}: not a target; write local or ssh://user@host[:port]");
        return new TargetShell(target, SshCommand.Login(live, ["ssh"]));
    }

    /// <summary>Asks what runs there; fails with code 4 where it cannot be reached or is not FreeBSD.</summary>
    public void MustBeFreeBsd()
    {
        using var answer = new MemoryStream();
        int status = Execute("uname -s", null, answer, 64 << 10);
        string name = System.Text.Encoding.UTF8.GetString(answer.ToArray()).Trim();
        if (name != "FreeBSD")
        {
            throw new CommandException(
                ExitCode.Unreachable, $"{Name}: {(name.Length == 0 ? $"cannot be reached (exit status {status})" : "is not FreeBSD")}");
        }
    }

    /// <summary>Runs a command of sh(1) there, its output to where this program's messages go.</summary>
    /// <returns>Its exit status.</returns>
    public int Run(string command, Stream? input = null) => Execute(command, input, output: null);

    /// <summary>Runs a command there and takes its output.</summary>
    /// <param name="command">The command, for sh(1).</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="output">Where its output goes; null for standard error.</param>
    /// <param name="mostBytes">Most bytes that are taken; the command is ended behind them.</param>
    public int Execute(string command, Stream? input, Stream? output, long mostBytes = 256 << 20)
    {
        var start = new ProcessStartInfo(_prefix[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (string word in _prefix.Skip(1).Append(command))
        {
            start.ArgumentList.Add(word);
        }

        using Process process = Start(start);
        Task feeding = Task.Run(() => Feed(process, input));
        Stream sink = output ?? Console.OpenStandardError();
        byte[] buffer = new byte[64 << 10];
        long taken = 0;
        int read;
        while ((read = process.StandardOutput.BaseStream.Read(buffer)) > 0)
        {
            taken += read;
            if (taken > mostBytes)
            {
                process.Kill(entireProcessTree: true);
                throw new CommandException(ExitCode.Unreachable, $"{Name}: more than {mostBytes >> 20} MiB of output; ended");
            }

            sink.Write(buffer, 0, read);
            if (!sink.CanWrite)
            {
                // Whoever takes the output has had enough.
                process.Kill(entireProcessTree: true);
                break;
            }
        }

        sink.Flush();
        process.WaitForExit();
        feeding.Wait();
        return process.ExitCode;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandException(ExitCode.Unreachable, $"{start.FileName}: {FaultText.Of(e)}");
        }
    }

    private static void Feed(Process process, Stream? input)
    {
        try
        {
            input?.CopyTo(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command does not read its input to the end; its exit status says what it thinks of that.
        }
    }
}
