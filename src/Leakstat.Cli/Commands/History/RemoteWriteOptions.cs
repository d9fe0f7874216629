using System.CommandLine;
using Leakstat.Cli.Options;

namespace Leakstat.Cli.Commands.History;

/// <summary>How <c>history export</c> sends a store to an engine.</summary>
internal sealed class RemoteWriteOptions
{
    /// <summary>The engine.</summary>
    public EngineOptions Engine { get; } = new();

    /// <summary>The queue.</summary>
    public Option<string?> Queue { get; } = new("--queue")
    {
        Description = "with --remote-write: keep in this folder what the engine did not take yet, and how far each "
            + "host was sent, so that the next run goes on from there",
        HelpName = "DIR",
    };

    /// <summary>Its bound.</summary>
    public Option<long> QueueSize { get; } = MakeQueueSize();

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Engine.RemoteWrite, Engine.TokenFile, Engine.Labels, Queue, QueueSize];

    /// <summary>Adds them to the export, and refuses what does not go together.</summary>
    /// <param name="command">The command.</param>
    /// <param name="ofText">Options that only say how values are printed, or which.</param>
    public void AddTo(Command command, params Option[] ofText)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool sends = result.GetResult(Engine.RemoteWrite) is { Implicit: false };
            if (sends && ofText.FirstOrDefault(o => result.GetResult(o) is { Implicit: false }) is { } other)
            {
                result.AddError($"{other.Name} is of printed values, and does not go with --remote-write");
            }
            else if (!sends && All.FirstOrDefault(o => result.GetResult(o) is { Implicit: false }) is { } lone)
            {
                result.AddError($"{lone.Name} belongs to --remote-write");
            }
        });
    }

    private static Option<long> MakeQueueSize() => new("--queue-size")
    {
        Description = "bytes that the queue takes at most (as 500M, 4G; default 1G); the oldest samples are dropped, "
            + "and counted",
        HelpName = "SIZE",
        DefaultValueFactory = _ => 1L << 30,
        CustomParser = result =>
        {
            if (RetentionOptions.Size(result.Tokens[0].Value) is { } size and >= 1 << 16)
            {
                return size;
            }

            result.AddError("--queue-size takes a size like 500M (K, M, G, T), 64K at least");
            return 1L << 30;
        },
    };
}
