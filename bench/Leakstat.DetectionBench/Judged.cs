using Leakstat.DetectionBench.Hosts;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.DetectionBench;

/// <summary>Holds the subject of a finding against the truth of a host.</summary>
internal static class Judged
{
    /// <summary>Whether it names an owner that leaks.</summary>
    public static bool IsRight(Subject subject, HostTruth truth) => truth.Culprits.Any(c => Is(subject, c));

    /// <summary>Whether it names an owner that does not leak and does not grow because of the leak either.</summary>
    public static bool IsWrong(Subject subject, HostTruth truth) =>
        !IsRight(subject, truth) && !truth.Companions.Any(c => Is(subject, c));

    // Mbuf zones have a kind of their own; of wired memory without an owner the account may be named in any way.
    private static bool Is(Subject subject, Culprit culprit) => culprit.Kind switch
    {
        "zone" => subject.Kind is SubjectKind.Zone or SubjectKind.Mbuf && subject.Name == culprit.Name,
        "malloc" => subject.Kind == SubjectKind.Malloc && subject.Name == culprit.Name,
        _ => subject.Kind == SubjectKind.Wired,
    };
}
