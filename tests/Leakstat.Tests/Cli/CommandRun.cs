using System.Text;
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

    /// <summary>Runs leakstat in this process, from the repository's root as a user would.</summary>
    public static CommandRun Of(string[] args, string input = "", bool color = false)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        int code = CommandLine.Run(
            [.. args.Select(a => a.StartsWith("samples/", StringComparison.Ordinal) || a.StartsWith("tests/", StringComparison.Ordinal)
                ? Path.Combine(Given.Root, a)
                : a)],
            new Terminal
            {
                Output = output,
                Error = error,
                Input = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
                HasColor = color,
            });
        string text = Encoding.UTF8.GetString(output.ToArray());
        return new CommandRun(code, text.Replace(Given.Root + "/", "", StringComparison.Ordinal), error.ToString());
    }
}
