using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Signatures;

/// <summary>
/// Compares a finding with the signatures of known bugs. The subject has to be that of the signature and to misbehave,
/// the modules have to be loaded, the release must not be excluded; a release alone never matches.
/// </summary>
public static class SignatureMatch
{
    /// <summary>The finding with every known bug that it looks like as evidence, and its fix as advice.</summary>
    public static Finding Attach(DiagnosisCase context, Finding finding)
    {
        if (finding.Verdict is not (Verdict.Leak or Verdict.Suspect or Verdict.Exhaustion)
            || finding.Subject.Kind == SubjectKind.Module)
        {
            return finding;
        }

        string kind = KindOf(finding.Subject.Kind);
        foreach (Signature signature in context.Knowledge.Signatures)
        {
            if (signature.SubjectKind == kind && Matches(context, finding, signature))
            {
                finding = finding with
                {
                    Evidence = finding.Evidence.Add(Describe(context, signature)),
                    Advice = signature.FixedBy is { } fix ? finding.Advice.Add(Update(signature, fix)) : finding.Advice,
                };
            }
        }

        return finding;
    }

    /// <summary>Modules of a signature that are loaded.</summary>
    internal static IEnumerable<KernelFile> Loaded(DiagnosisCase context, Signature signature) =>
        (context.Latest.KernelFiles?.Files ?? []).Where(f => signature.Modules.Contains(f.Name));

    /// <summary>How sure it is that a host with this subject and release has that very bug.</summary>
    internal static string Certainty(DiagnosisCase context, Signature signature)
    {
        bool concerned = signature.Fit(context.Release) == ReleaseFit.Concerned;
        return (signature.IsSpecific, concerned, signature.Certainty) switch
        {
            (true, true, "high") => "likely",
            (true, true, _) or (true, false, "high") => "possible",
            (false, true, "high") => "possible (many other causes look the same)",
            _ => "a hint, no more",
        };
    }

    private static bool Matches(DiagnosisCase context, Finding finding, Signature signature) =>
        signature.Subjects.Any(s => IsName(s, finding.Subject.Name))
        && (signature.Rules.IsEmpty || signature.Rules.Contains(finding.Rule))
        && (signature.Modules.IsEmpty || Loaded(context, signature).Any())
        // A subject that many causes share says nothing where the release is not known either.
        && (signature.IsSpecific || !signature.Modules.IsEmpty || signature.Releases.IsEmpty
            || context.Release is not null)
        && signature.Fit(context.Release) != ReleaseFit.NotConcerned;

    private static bool IsName(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : pattern.StartsWith('*') ? name.EndsWith(pattern[1..], StringComparison.Ordinal)
        : name == pattern;

    private static Evidence Describe(DiagnosisCase context, Signature signature)
    {
        KernelFile? module = Loaded(context, signature).FirstOrDefault();
        string release = signature.Fit(context.Release) == ReleaseFit.Concerned
            ? $", and {context.Release} is concerned"
            : ", whether this release is concerned is not known";
        return new Evidence(
            $"looks like a known bug, {Certainty(context, signature)}: {signature.Title} "
                + $"[{signature.Id}]{(module is null ? "" : $"; {module.Name} is loaded")}{release}; source: "
                + $"{signature.Source}",
            At: module?.At);
    }

    private static Advice Update(Signature signature, string fix) => new()
    {
        Kind = "update",
        Text = $"If it is the known bug [{signature.Id}]: fixed by {fix}. Compare what runs with that first.",
        Commands = ["freebsd-version -kru", "pkg info -x kmod"],
        Risk = "An update of the kernel or of a module takes effect with a reboot; keep the old boot environment or "
            + "kernel.",
        Revert = "Boot the old boot environment or kernel.old; freebsd-update rollback.",
    };

    private static string KindOf(SubjectKind kind) => kind switch
    {
        SubjectKind.Zone => "zone",
        SubjectKind.Malloc => "malloc",
        SubjectKind.Mbuf => "mbuf",
        SubjectKind.Arc => "arc",
        SubjectKind.Wired => "wired",
        _ => "",
    };
}
