using Leakstat.Model;

namespace Leakstat.Tracing;

/// <summary>
/// Kernel memory that a trace asks for its variables (<c>dynvarsize</c>). DTrace divides it evenly among as many
/// processors as the kernel could have, not as it has: <c>maxper = (limit - start) / NCPU</c> in
/// <c>dtrace_dstate_init</c>
/// (<c>sys/cddl/contrib/opensolaris/uts/common/dtrace/dtrace.c</c>), with <c>NCPU</c> being <c>MAXCPU</c>
/// (<c>dtrace_impl.h</c>): 256 on amd64 of 12 and 13, 1024 since 14 (<c>sys/amd64/include/param.h</c>).
/// </summary>
/// <param name="Mebibytes">Asked for, in MiB.</param>
/// <param name="Processors">Parts that it is divided into.</param>
internal readonly record struct VariableSpace(int Mebibytes, int Processors)
{
    /// <summary>What one processor gets, in KiB: about ten variables fit into each.</summary>
    public int KibibytesPerProcessor => Mebibytes * 1024 / Processors;

    /// <summary>
    /// Enough for 64 KiB a processor; of a module, whose outstanding blocks are variables too, 128 KiB. A release that
    /// is
    /// not known is taken for a new one.
    /// </summary>
    public static VariableSpace For(SuspectKind kind, FreeBsdRelease? release)
    {
        int processors = release is { Major: > 0 and < 14 } ? 256 : 1024;
        int each = kind == SuspectKind.Module ? 128 : 64;
        return new VariableSpace(processors * each / 1024, processors);
    }
}
