using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Targets;

/// <summary>A live host as a source of one capture, taken now and held in memory.</summary>
internal static class LiveSource
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <summary>Takes the capture; fails with code 4 where the host cannot be reached or refuses.</summary>
    public static ISourceNode Take(string text, Terminal terminal)
    {
        LiveTarget target = LiveTarget.Parse(text, out string? problem)
            ?? throw new CommandException(ExitCode.Usage, $"'{text}': {problem}");
        StreamedCapture? taken = null;
        using var children = new ChildProcesses();
        LiveResult result = new LiveSession(children, ["ssh"])
            .Run(target, new CollectorRequest(), s_limit, capture => taken = capture, CancellationToken.None);
        if (taken is null)
        {
            throw new CommandException(ExitCode.Unreachable, PrintableText.Of($"{text}: {result.Failure?.Text ?? "it sent no capture"}"));
        }

        if (!taken.IsComplete)
        {
            terminal.Error.WriteLine(PrintableText.Of($"leakstat: {text}: a part of a capture only: {result.Failure?.Text}"));
        }

        return new MemorySource(text, [.. taken.FolderFiles().Select(file => new MemorySource(file.Name, file.Content))]);
    }
}
