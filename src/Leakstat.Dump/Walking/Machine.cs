using Leakstat.Dump.Inputs;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>CPUs and NUMA domains of the kernel, and how per-CPU memory is addressed.</summary>
public sealed record Machine
{
    /// <summary>CPU ids: <c>mp_maxid</c> + 1; there may be less CPUs.</summary>
    public required int CpuIds { get; init; }

    /// <summary>CPUs (<c>mp_ncpus</c>).</summary>
    public required int Cpus { get; init; }

    /// <summary>NUMA domains (<c>vm_ndomains</c>).</summary>
    public required int Domains { get; init; }

    /// <summary>
    /// Address of the first CPU's <c>struct pcpu</c> on amd64, where all stand in an array of pages; 0 where not known.
    /// </summary>
    public required ulong Pcpu { get; init; }

    /// <summary>
    /// What a stored per-CPU pointer lacks to the address of CPU 0's copy: <see cref="PointerForms.PerCpuBase"/>.
    /// </summary>
    public required ulong PerCpuBase { get; init; }

    /// <summary>Bytes between CPUs' copies.</summary>
    public required int PerCpuStride { get; init; }

    /// <summary>Reads it; what is missing is taken for one CPU and one domain, with a note.</summary>
    internal static Machine Read(
        VirtualMemory memory, KernelSymbols symbols, KernelIdentity identity, KernelFeatures features,
        DumpLimits limits, DumpProblems problems)
    {
        int ids = Count("mp_maxid", limits.Cpus - 1, 0) + 1;
        bool amd64 = identity.Architecture == "amd64";
        ulong pcpu = 0;
        if (amd64 && symbols.TryFind("__pcpu", out KernelSymbol array))
        {
            pcpu = features.HasPcpuPointer ? memory.UInt64(array.Address) ?? 0 : array.Address;
        }

        return new Machine
        {
            CpuIds = ids,
            Cpus = Math.Clamp(Count("mp_ncpus", limits.Cpus, ids), 1, ids),
            Domains = Math.Max(1, Count("vm_ndomains", limits.Domains, 1)),
            Pcpu = pcpu,
            PerCpuBase = amd64 && features.HasPcpuPointer ? pcpu : 0,
            PerCpuStride = memory.PageSize,
        };

        int Count(string name, int limit, int otherwise)
        {
            if (symbols.Address(name) is not 0 and ulong at && memory.UInt32(at) is { } value)
            {
                if (value <= (uint)limit)
                {
                    return (int)value;
                }

                problems.Add(
                    DiagnosticId.DamagedDump, name, $"is {value}, which is not plausible; {otherwise} is used");
            }

            return otherwise;
        }
    }
}
