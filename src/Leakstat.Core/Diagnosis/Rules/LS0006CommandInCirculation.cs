using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// A paste shows a command or setting that guides hand on and that does not tell what they say (<see
/// cref="CommandTable"/>):
/// asked of a host that lacks it, set in a file, or all that a paste has.
/// </summary>
public sealed class LS0006CommandInCirculation : IRule
{
    /// <summary>So many sysctls at most were asked for by name; more are a capture.</summary>
    private const int FewSysctls = 40;

    /// <inheritdoc/>
    public string Id => "LS0006";

    /// <inheritdoc/>
    public string Name => "Command that tells something else";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        var told = new HashSet<CommandAdvice>();
        foreach ((string name, string seen, SourceLine at) in Seen(context))
        {
            if (CommandTable.BySetting(name) is { } command && told.Add(command))
            {
                yield return new Finding
                {
                    Rule = Id,
                    Title = $"{command.Name}: {Clause(command.Wrong)}",
                    Severity = Severity.Info,
                    Verdict = Verdict.Misconfiguration,
                    Subject = Subject.Tunable(name),
                    Confidence = 0.9,
                    Evidence =
                    [
                        new Evidence(seen, At: at),
                        new Evidence($"it shows: {command.Shows}"),
                        new Evidence(command.Wrong),
                        new Evidence($"source: {command.Source}"),
                    ],
                    Advice = [Advice.Look("In its place:", command.Instead)],
                };
            }
        }
    }

    private static IEnumerable<(string Name, string Seen, SourceLine At)> Seen(DiagnosisCase context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics.Where(d => d.Id == DiagnosticId.UnknownOid))
        {
            string name = diagnostic.Text.Split(' ')[^1];
            yield return (name, $"the host has no sysctl {name}", diagnostic.At);
        }

        foreach (Configuration? file in (Configuration?[])[context.Latest.LoaderConfiguration,
            context.Latest.SysctlConfiguration])
        {
            foreach (ConfigurationLine line in file?.Lines ?? [])
            {
                yield return (line.Name, $"{line.Name} is set to {line.Value}", new SourceLine(file!.File, line.Line));
            }
        }

        if (context.Latest.Sysctls.Count is > 0 and <= FewSysctls && context.Latest.Zones is null)
        {
            foreach (CommandAdvice command in CommandTable.All)
            {
                // What is wrong with a line of a file is not wrong with asking for the value.
                foreach (string name in command.IsOfFile ? [] : command.Settings)
                {
                    if (context.Sysctl(name) is { } reading)
                    {
                        yield return (name, $"{name} was asked for", reading.At);
                    }
                }
            }
        }
    }

    /// <summary>The first clause, for a title.</summary>
    private static string Clause(string text) => text.Split(';', ':')[0];
}
