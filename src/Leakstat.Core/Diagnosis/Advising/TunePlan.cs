using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// All lasting advice of a diagnosis as blocks for configuration files: one value per name, and why. The core of
/// <c>leakstat tune</c>.
/// </summary>
public sealed record TunePlan
{
    /// <summary>
    /// Blocks by file: <c>/boot/loader.conf</c>, <c>/etc/sysctl.conf</c>, then others; empty where nothing need be set.
    /// </summary>
    public ImmutableArray<TuneBlock> Blocks { get; init; } = [];

    /// <summary>
    /// Settings that nothing calls for and that people ask for all the same: a bound of the ARC, with its formula.
    /// </summary>
    public ImmutableArray<TuneBlock> Optional { get; init; } = [];

    /// <summary>Whether nothing need be tuned.</summary>
    public bool IsEmpty => Blocks.IsEmpty;

    /// <summary>Gathers the advice of a report.</summary>
    public static TunePlan From(DiagnosisReport report)
    {
        var chosen = new Dictionary<(string File, string Name), TuneLine>();
        var order = new List<(string File, string Name)>();
        foreach (Finding finding in report.Findings)
        {
            foreach (Advice advice in finding.Advice)
            {
                if (advice.Persist is not { } persist || !TrySplit(persist.Line, out string name, out string value)
                    || report.Latest.Sysctls.Text(name)?.Trim() == value)
                {
                    continue;
                }

                var line = new TuneLine
                {
                    Name = name,
                    Value = value,
                    Line = persist.Line,
                    IsReadAtBoot = advice.Kind == TunableAdvice.Loader,
                    Rule = finding.Rule,
                    Why = finding.Title,
                    Text = advice.Text,
                    Commands = advice.Commands,
                    Risk = advice.Risk,
                    Revert = advice.Revert,
                };
                if (!chosen.TryGetValue((persist.File, name), out TuneLine? held))
                {
                    chosen.Add((persist.File, name), line);
                    order.Add((persist.File, name));
                }
                else if (held.Value != value)
                {
                    chosen[(persist.File, name)] = Resolve(held, line);
                }
            }
        }

        return new TunePlan
        {
            Optional = OptionalSettings.Of(report, [.. chosen.Values.Select(l => l.Name)]),
            Blocks =
            [
                .. order.GroupBy(k => k.File)
                    .OrderBy(g => g.All(k => chosen[k].IsReadAtBoot) ? 0 : 1)
                    .ThenBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => new TuneBlock(g.Key, [.. g.Select(k => chosen[k])])),
            ],
        };
    }

    /// <summary>
    /// Two findings want two values. A limit of network buffers covers both when it is the higher one; of anything else
    /// the finding that ranks first is followed.
    /// </summary>
    private static TuneLine Resolve(TuneLine held, TuneLine other)
    {
        bool higher = held.Name.StartsWith("kern.ipc.", StringComparison.Ordinal)
            && long.TryParse(held.Value, out long first)
            && long.TryParse(other.Value, out long second)
            && second > first;
        TuneLine kept = higher ? other : held;
        TuneLine left = higher ? held : other;
        return kept with { Others = [.. held.Others, (left.Value, left.Rule)] };
    }

    internal static bool TrySplit(string line, out string name, out string value)
    {
        int equals = line.IndexOf('=');
        name = equals > 0 ? line[..equals].Trim() : line;
        value = equals > 0 ? line[(equals + 1)..].Trim().Trim('"') : line;
        return line.Length > 0;
    }
}

/// <summary>The lines for one file.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">Lines, in the order of the findings they come from.</param>
public sealed record TuneBlock(string File, ImmutableArray<TuneLine> Lines);

/// <summary>One line and why it is there.</summary>
public sealed record TuneLine
{
    /// <summary>Name of the tunable.</summary>
    public required string Name { get; init; }

    /// <summary>Its value.</summary>
    public required string Value { get; init; }

    /// <summary>The line, ready for the file.</summary>
    public required string Line { get; init; }

    /// <summary>Whether it is the loader that reads it.</summary>
    public bool IsReadAtBoot { get; init; }

    /// <summary>Rule it comes from.</summary>
    public required string Rule { get; init; }

    /// <summary>What was found.</summary>
    public required string Why { get; init; }

    /// <summary>What the line does.</summary>
    public required string Text { get; init; }

    /// <summary>Commands that do it now, where it can be done now.</summary>
    public ImmutableArray<ShellCommand> Commands { get; init; } = [];

    /// <summary>What may go wrong.</summary>
    public string? Risk { get; init; }

    /// <summary>How to undo it.</summary>
    public string? Revert { get; init; }

    /// <summary>Values that other findings wanted, and their rules.</summary>
    public ImmutableArray<(string Value, string Rule)> Others { get; init; } = [];
}
