using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Captures.Commands;
using Leakstat.Captures.Registry;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Commands whose output is not in the capture, and what cannot be said without them.</summary>
public sealed class LS0002MissingCommands : IRule
{
    private const string AllSysctls = "sysctl -a";

    /// <inheritdoc/>
    public string Id => "LS0002";

    /// <inheritdoc/>
    public string Name => "Commands are missing from the capture";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [];

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
            Title = (isDump
                ? "could not be read from the dump: "
                : "not in the capture: ") + string.Join(", ", commands),
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("capture"),
            Confidence = 1,
            Evidence = [.. missing.Select(m => new Evidence($"{m.Command}: without it nothing is said of {m.For}"))],
            Advice = isDump ? [] : [Ask(context, commands)],
        };
    }

    /// <summary>
    /// How to get what is missing. Reading all sysctls can bring a host down where a graphics driver is loaded (13 and
    /// 14,
    /// <c>collector/leakstat-collect</c>): there, and where the release is not known, the collector asks, which leaves
    /// out
    /// what is unsafe.
    /// </summary>
    private static Advice Ask(DiagnosisCase context, string[] commands)
    {
        bool isSafe = context.Release is { } release && (!release.IsAtLeast(13) || release.IsAtLeast(15));
        return isSafe || !commands.Contains(AllSysctls)
            ? Advice.Look("For a fuller diagnosis add:", string.Join("; ", commands))
            : Advice.Look(
                "For a fuller diagnosis let the collector ask; it leaves out what is unsafe on the release (on 13 "
                    + "and 14 "
                    + "reading all sysctls can panic a host with a graphics driver):",
                $"leakstat collect ssh://root@{TargetName.Of(context.Latest.Host.Name)} -o captures --once");
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
            if (!missing.Exists(
                m => m.Command == account.Command
                    || (first is "sysctl" or "kldstat" && m.Command.StartsWith(first, StringComparison.Ordinal))))
            {
                missing.Add((account.Command, $"the ledger's account of {account.Name}"));
            }
        }

        return missing;
    }
}
