using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Network;

/// <summary>Modules that are not part of FreeBSD: where a holder of kernel memory is looked for first.</summary>
internal static class ForeignModules
{
    /// <summary>A line that names them; null where none is loaded, or the capture does not tell.</summary>
    public static Evidence? Evidence(DiagnosisCase host)
    {
        KernelFile[] foreign =
        [
            .. (host.Latest.KernelFiles?.Files ?? [])
                .Where(f => !f.IsKernel && host.Knowledge.OriginOf(f.Name, host.Release) == ModuleOrigin.OutOfTree),
        ];
        return foreign.Length == 0
            ? null
            : new Evidence(
                $"loaded modules that are not part of FreeBSD: {string.Join(", ", foreign.Take(8).Select(f => f.Name))}",
                foreign.Length,
                Unit.Items,
                foreign[0].At);
    }
}
