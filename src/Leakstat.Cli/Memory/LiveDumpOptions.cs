using System.CommandLine;
using Leakstat.Cli.Options;
using Leakstat.Cli.Targets;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Leaks;
using Leakstat.Model;

namespace Leakstat.Cli.Memory;

/// <summary>The options of <c>dump</c> that are for a running host.</summary>
internal sealed class LiveDumpOptions
{
    private const int UsualPasses = 6;
    private const long LeastRate = 4096;

    private readonly LiveOptions _live = new();

    private readonly Option<string?> _save = new("--save")
    {
        Description = "of a running host: keep what is read, to go on after a break and to be analysed again; its "
            + "kernel goes to FILE.kernel",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<long> _rate = new("--rate")
    {
        Description = "of a running host: most bytes a second: 500k, 20m (default: as fast as it goes)",
        HelpName = "BYTES",
        Recursive = true,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (WrittenAmounts.Size(text) is { } rate and >= LeastRate)
            {
                return rate;
            }

            result.AddError($"'{text}' is no rate; write 500k or 20m, at least 4k");
            return 0;
        },
    };

    private readonly Option<int?> _passes = BoundedNumber.Option(
        "--passes",
        $"of a running host: read its memory this many times at most (default {UsualPasses})",
        1,
        Snapshot.MostPasses);

    private readonly Option<TimeSpan> _pause = Durations.Option(
        "--pause", "of a running host: time between two readings", TimeSpan.FromSeconds(10));

    private readonly Option<bool> _cost = new("--cost")
    {
        Description = "of a running host: say what reading it would cost, and read no more",
        Recursive = true,
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        _passes.Recursive = true;
        _pause.Recursive = true;
        _live.AddTo(command, isRecursive: true);
        command.Add(_save);
        command.Add(_rate);
        command.Add(_passes);
        command.Add(_pause);
        command.Add(_cost);
    }

    /// <summary>What they say.</summary>
    public LiveDumpRequest Of(ParseResult parsed, LiveTarget target) => new(
        _live.Apply(parsed, target),
        _live.SshOf(parsed),
        parsed.GetValue(_save),
        parsed.GetValue(_rate),
        Math.Max(1, parsed.GetValue(_passes) ?? UsualPasses),
        parsed.GetValue(_pause),
        parsed.GetValue(_cost));
}

/// <summary>How a running host is read.</summary>
/// <param name="Target">The host.</param>
/// <param name="Ssh">The ssh program and its options.</param>
/// <param name="Save">Where the snapshot is kept; null for nowhere.</param>
/// <param name="Rate">Bytes a second; 0 for no bound.</param>
/// <param name="Passes">Readings at most; <see cref="LivePasses.Least"/> prove something.</param>
/// <param name="Pause">Time between two of them.</param>
/// <param name="CostOnly">Whether only the cost is asked for.</param>
internal sealed record LiveDumpRequest(
    LiveTarget Target, IReadOnlyList<string> Ssh, string? Save, long Rate, int Passes, TimeSpan Pause, bool CostOnly);
