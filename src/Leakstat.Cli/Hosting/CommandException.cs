namespace Leakstat.Cli.Hosting;

/// <summary>Ends a command with a message for the user and an exit code; not a defect.</summary>
public sealed class CommandException : Exception
{
    /// <summary>Takes the code and the message, one line.</summary>
    public CommandException(int exitCode, string message)
        : base(message)
    {
        ExitCode = exitCode;
    }

    /// <summary>Exit code.</summary>
    public int ExitCode { get; }
}
