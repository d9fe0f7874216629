using Leakstat.Accounting;
using Leakstat.Captures.Commands;
using Leakstat.Captures.Registry;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Commands whose output is not in the capture, and what cannot be said without them.</summary>
public sealed class LS0002MissingCommands : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0002";

    /// <inheritdoc/>
    public string Name => "Commands are missing from the capture";

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        List<(string Command, string For)> missing = [.. Missing(context)];
        if (missing.Count == 0)
        {
            yield break;
        }

        string[] commands = [.. missing.Select(m => m.Command)];

        // A crash dump stands for itself: no command can be asked any more.
        bool isDump = context.Latest.IsCrashDump;
        yield return new Finding
        {
            Rule = Id,
            Title = (isDump ? "could not be read from the dump: " : "not in the capture: ") + string.Join(", ", commands),
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("capture"),
            Confidence = 1,
            Evidence = [.. missing.Select(m => new Evidence($"{m.Command}: without it nothing is said of {m.For}"))],
            Advice = isDump ? [] : [Advice.Look("For a fuller diagnosis add:", string.Join("; ", commands))],
        };
    }

    private static IEnumerable<(string Command, string For)> Missing(DiagnosisCase context)
    {
        Capture capture = context.Latest;
        List<(string Command, string For)> missing =
        [
            .. CommandRegistry.All
                .Select(command => command.Need)
                .OfType<CommandNeed>()
                .Where(need => need.IsMissing(capture))
                .Select(need => (need.Command, need.LostWithout)),
        ];
        foreach (MissingAccount account in context.Ledger.Missing)
        {
            // `sysctl -a` fills what any part of it would, and `kldstat -v` what kldstat would.
            string first = account.Command.Split(' ')[0];
            if (!missing.Exists(m => m.Command == account.Command || (first is "sysctl" or "kldstat" && m.Command.StartsWith(first, StringComparison.Ordinal))))
            {
                missing.Add((account.Command, $"the ledger's account of {account.Name}"));
            }
        }

        return missing;
    }
}
