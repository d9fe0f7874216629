using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;

namespace Leakstat.Diagnosis.Limits;

/// <summary>
/// The limit of PV entries: which kernels have one, and how near it is. The kernel speaks from nine tenths of it on
/// (<c>pv_entry_high_water</c>, <c>sys/i386/i386/pmap.c</c>).
/// </summary>
internal static class PvEntryLimit
{
    /// <summary>Sysctl of the limit.</summary>
    public const string Limit = "vm.pmap.pv_entry_max";

    private const string Counter = "vm.pmap.pv_entry_count";

    /// <summary>First release whose amd64 kernel is known to have no such limit.</summary>
    private const int Unlimited = 10;

    /// <summary>How much of it is in use at the capture.</summary>
    public static LimitUse Use(DiagnosisCase context) =>
        context.Sysctl(Counter) is { } count && context.Sysctl(Limit) is { Value: > 0 } most
            ? LimitUse.Of(count, most.Value, "PV entries in use")
            : default;

    /// <summary>
    /// Whether the host's kernel has no such limit, by its platform and release: then another kernel spoke. One that
    /// shows the limit has it.
    /// </summary>
    public static bool IsUnknownHere(DiagnosisCase context) =>
        context.Sysctl(Limit) is null && context.Latest.Host is var host
        && (host.Architecture is "arm64" or "aarch64" || (host.Architecture == "amd64" && host.IsAtLeast(Unlimited)));

    /// <summary>Whose they are: the platform's own code, whatever a zone of that name is elsewhere.</summary>
    public static ImmutableArray<Owner> Owners(DiagnosisCase context, Subject subject) =>
        context.Latest.Host.Architecture is "i386" or "amd64"
            ? [new Owner(
                "kernel",
                $"sys/{context.Latest.Host.Architecture}/{context.Latest.Host.Architecture}/pmap.c",
                "pmap: one for each page that a process maps")]
            : OwnerLookup.Of(context, subject);

    /// <summary>What stands beside the messages: the numbers, or that there are none.</summary>
    public static Evidence Evidence(DiagnosisCase context, in LimitUse use) =>
        use.Evidence
        ?? (IsUnknownHere(context)
            ? new Evidence(
                $"a kernel of this release for {context.Latest.Host.Architecture} has no limit of PV entries and does "
                    + "not say this: see whose message it is")
            : new Evidence($"how many are in use now is not in the capture ({Counter}, {Limit})"));
}
