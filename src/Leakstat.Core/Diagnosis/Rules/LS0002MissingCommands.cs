using Leakstat.Accounting;
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
    public IEnumerable<Finding> Evaluate(DiagnosisCase host)
    {
        Capture capture = host.Latest;
        List<(string Command, string For)> missing = [];
        Need(capture.Zones is null, "vmstat -z", "zones: the owners of most kernel memory");
        Need(capture.MallocTypes is null, "vmstat -m", "malloc types: who allocated it");
        Need(capture.Sysctls.Number("vm.stats.vm.v_wire_count") is null, "sysctl -a", "the ledger: page counts, limits, ARC");
        Need(capture.Mbufs is null && capture.Zones?.Find("mbuf_cluster") is null, "netstat -m", "mbufs and clusters");
        Need(capture.KernelFiles is null, "kldstat -v", "modules");
        Need(capture.Messages is null, "dmesg", "the kernel's own messages about limits and lost memory");
        foreach (MissingAccount account in host.Ledger.Missing)
        {
            if (!missing.Exists(m => m.Command == account.Command))
            {
                missing.Add((account.Command, $"the ledger's account of {account.Name}"));
            }
        }

        if (missing.Count == 0)
        {
            yield break;
        }

        yield return new Finding
        {
            Rule = Id,
            Title = "not in the capture: " + string.Join(", ", missing.Select(m => m.Command)),
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("capture"),
            Confidence = 1,
            Evidence = [.. missing.Select(m => new Evidence($"{m.Command}: without it nothing is said of {m.For}"))],
            Advice = [Advice.Look("Add these outputs for a fuller diagnosis.", [.. missing.Select(m => m.Command)])],
        };

        void Need(bool isMissing, string command, string what)
        {
            if (isMissing)
            {
                missing.Add((command, what));
            }
        }
    }
}
