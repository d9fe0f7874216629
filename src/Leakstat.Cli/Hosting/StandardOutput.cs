using Leakstat.Model;

namespace Leakstat.Cli.Hosting;

/// <summary>
/// Standard output: what cannot be written ends the command with code 74 and a message. A reader that went away is told
/// by its own exception, which is no error.
/// </summary>
/// <param name="under">The stream of the process.</param>
internal sealed class StandardOutput(Stream under) : WritingStream
{
    /// <summary>Whether it is a pipe's reader that went away.</summary>
    public static bool IsClosedPipe(IOException e) =>
        e.HResult is 32 or unchecked((int)0x80131620) && e.Message.Contains("pipe", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            under.Write(buffer);
        }
        catch (Exception e) when ((e is IOException broken && !IsClosedPipe(broken))
            || e is UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Output, $"standard output: {FaultText.Of(e)}");
        }
    }

    /// <inheritdoc/>
    public override void Flush() => under.Flush();
}
