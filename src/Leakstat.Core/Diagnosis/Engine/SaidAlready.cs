using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Diagnosis.Engine;

/// <summary>Leaves out findings that only repeat what another one says of the same thing.</summary>
internal static class SaidAlready
{
    private const string HoldsMuch = "LS0110";
    private const string NeverFreed = "LS0114";

    /// <summary>
    /// A note that a module is out of tree goes where a finding that needs doing names the module as owner; that
    /// something holds much goes where it was found never to be freed, which is as grave then.
    /// </summary>
    public static IEnumerable<Finding> LeaveOut(IReadOnlyCollection<Finding> findings)
    {
        HashSet<string> owners =
        [
            .. findings.Where(f => f.Verdict != Verdict.Healthy).SelectMany(f => f.Owners).Select(o => o.Module),
        ];
        HashSet<Subject> neverFreed = [.. findings.Where(f => f.Rule == NeverFreed).Select(f => f.Subject)];
        var held = findings.Where(f => f.Rule == HoldsMuch).ToLookup(f => f.Subject, f => f.Severity);
        return findings.Where(f => f.Rule != HoldsMuch || !neverFreed.Contains(f.Subject)).Select(f =>
            f.Rule == NeverFreed ? f with { Severity = held[f.Subject].Append(f.Severity).Max() } : f).Where(f =>
            f.Rule != LS0501OutOfTreeModules.RuleId || f.Owners.Length > 1
            || !owners.Contains(f.Subject.Name) || !f.IsOnOneModule());
    }

    /// <summary>The note on many modules at once has a line of evidence for each, and one more.</summary>
    private static bool IsOnOneModule(this Finding note) => note.Evidence.Length <= 2;
}
