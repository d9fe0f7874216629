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
