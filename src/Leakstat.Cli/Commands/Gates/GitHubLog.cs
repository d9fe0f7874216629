using System.Security.Cryptography;
using System.Text;
using Leakstat.Cli.Hosting;

namespace Leakstat.Cli.Commands.Gates;

/// <summary>
/// A stretch of output in which GitHub's runner looks for no commands. It takes every line of a log that begins with
/// <c>::</c>, or holds <c>##[</c> anywhere, for one; names in a report come from the host that is tested.
/// </summary>
internal sealed class GitHubLog : IDisposable
{
    private readonly Stream _output;
    private readonly string _token;

    private GitHubLog(Stream output)
    {
        // Not to be guessed by whoever chose the names: it begins commands again.
        _output = output;
        _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Write($"::stop-commands::{_token}\n");
    }

    /// <summary>Stops commands until disposed; null where the log is none of GitHub's.</summary>
    public static GitHubLog? StopCommands(Terminal terminal, bool isGitHub) =>
        isGitHub ? new GitHubLog(terminal.Output) : null;

    /// <summary>Commands count again.</summary>
    public void Dispose() => Write($"::{_token}::\n");

    private void Write(string line)
    {
        _output.Write(Encoding.ASCII.GetBytes(line));
        _output.Flush();
    }
}
