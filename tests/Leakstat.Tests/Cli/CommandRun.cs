using Leakstat.Cli;
using Leakstat.Cli.Hosting;

namespace Leakstat.Tests.Cli;

/// <summary>One run of the command line with everything it printed.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>Names of all commands.</summary>
    public static IEnumerable<string> Commands()
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        return [.. CommandLine.Build(new Terminal { Output = output, Error = error, Input = () => Stream.Null, HasColor = false })
            .Subcommands.Where(command => !command.Hidden).Select(command => command.Name)];
    }

    /// <summary>Runs leakstat from the repository's root as a user would.</summary>
    public static CommandRun Of(string[] args, string input = "", bool color = false)
    {
        string[] rooted = [.. args.Select(a => a.StartsWith("samples/", StringComparison.Ordinal) || a.StartsWith("tests/", StringComparison.Ordinal)
            ? Path.Combine(Given.Root, a)
            : a)];
        (int code, string output, string error) = TestedProgram.Run(rooted, input, Given.Root, color);
        return new CommandRun(code, output.Replace(Given.Root + "/", "", StringComparison.Ordinal), error);
    }
}
