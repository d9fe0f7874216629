using Leakstat.Model;

namespace Leakstat.Tracing.Programs;

/// <summary>
/// The D program that follows one suspect. It prints one line per allocation (address, size, time, stack) and per
/// release (address, time); the two are paired by address when they are read (<see cref="OutstandingSet"/>). In the
/// kernel they could only be paired by an associative array, which cannot hold a stack and loses entries when it is
/// full.
/// </summary>
public static class TraceProgram
{
    /// <summary>
    /// First word of the first line that a program prints; its second word is the version of what follows.
    /// </summary>
    public const string Mark = "leakstat-trace";

    /// <summary>
    /// Why a host cannot be traced, in words; null where it can, or where nothing is known of it. On arm64 of 12 a
    /// return probe hands over the registers instead of the value that is returned
    /// (<c>sys/cddl/dev/fbt/aarch64/fbt_isa.c</c> of 12.1 and 12.3); 14.0 and 14.2 do not, 13 was not read.
    /// </summary>
    /// <param name="release">Release of the host.</param>
    /// <param name="architecture">Its architecture, as <c>uname -m</c> prints it.</param>
    public static string? Refusal(FreeBsdRelease? release, string? architecture) =>
        architecture == "arm64" && release is { Major: > 0 and < 14 }
            ? $"return probes of FreeBSD {release.Text} on arm64 do not have the address that an allocator returns"
            : null;

    /// <summary>The program.</summary>
    /// <param name="suspect">What to follow.</param>
    /// <param name="bounds">What it may cost; checked by the caller.</param>
    /// <param name="release">Release of the host; null where unknown: then only what every release has is used.</param>
    public static string For(TraceSuspect suspect, TraceBounds bounds, FreeBsdRelease? release)
    {
        var program = new ProgramText(suspect, bounds, new ProbeTable(release));
        program.Head();
        switch (suspect.Kind)
        {
            case SuspectKind.Malloc:
                MallocClauses.Write(program);
                break;
            case SuspectKind.Zone or SuspectKind.Mbuf:
                ZoneClauses.Write(program);
                break;
            case SuspectKind.Kmem:
                KmemClauses.Write(program);
                break;
            default:
                ModuleClauses.Write(program);
                break;
        }

        program.Tail();
        return program.ToString();
    }
}
