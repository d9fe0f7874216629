using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Commands whose output is not in the capture, and what cannot be said without them.</summary>
public sealed class LS0002MissingCommands : IRule
{
    private const string Sysctl = "sysctl -a";

    /// <inheritdoc/>
    public string Id => "LS0002";

    /// <inheritdoc/>
    public string Name => "Commands are missing from the capture";

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase host)
    {
        List<(string Command, string For)> missing = [.. Missing(host)];
        if (missing.Count == 0)
        {
            yield break;
        }

        string[] commands = [.. missing.Select(m => m.Command)];

        // A crash dump stands for itself: no command can be asked any more.
        bool isDump = host.Latest.LostBlocks?.Dump is { } dump && dump == host.Latest.Source;
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

    private static IEnumerable<(string Command, string For)> Missing(DiagnosisCase host)
    {
        Capture capture = host.Latest;
        (bool IsMissing, string Command, string For)[] needs =
        [
            (capture.Zones is null, "vmstat -z", "zones: the owners of most kernel memory"),
            (capture.MallocTypes is null, "vmstat -m", "malloc types: who allocated it"),
            (capture.Sysctls.Number("vm.stats.vm.v_wire_count") is null, Sysctl, "page counts, limits and the ARC"),
            (capture.Mbufs is null && capture.Zones?.Find("mbuf_cluster") is null, "netstat -m", "mbufs and clusters"),
            (capture.KernelFiles is null, "kldstat -v", "modules"),
            (capture.Messages is null, "dmesg", "the kernel's own messages about limits and lost memory"),
        ];
        List<(string Command, string For)> missing = [.. needs.Where(n => n.IsMissing).Select(n => (n.Command, n.For))];
        foreach (MissingAccount account in host.Ledger.Missing)
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
