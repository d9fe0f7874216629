using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>Something FreeBSD itself leaves without a pointer that marking can follow.</summary>
/// <param name="Kind">As in <see cref="LeakGroup.Kind"/>.</param>
/// <param name="Name">Zone or bucket.</param>
/// <param name="Most">How many of them at most; more than that is reported like anything else.</param>
/// <param name="Cause">Why.</param>
internal sealed record Unreached(LeakKind Kind, string Name, int Most, KnownCause Cause);

/// <summary>
/// What FreeBSD keeps without pointers, or loses itself in small fixed numbers. Such blocks are told apart from leaks,
/// never
/// hidden. Other hidden forms are followed instead: per-CPU items as offsets, tags in low bits (any address within a
/// block counts),
/// second addresses of a page, pages of mbufs by physical address.
/// </summary>
internal static class KnownUnreached
{
    /// <summary>The table.</summary>
    public static IReadOnlyList<Unreached> All { get; } =
    [
        new(
            LeakKind.Zone, "kenv", 8,
            new KnownCause(
                "copies of kernel environment strings that code running at boot asked for with kern_getenv() and "
                    + "never gave back",
                "sys/kern/kern_environment.c: kern_getenv, freeenv; 4 items on two healthy machines of 14.2")),
    ];

    /// <summary>The cause of a group; null where none is known, or there are too many of it.</summary>
    public static KnownCause? Of(LeakKind kind, string name, long count)
    {
        foreach (Unreached known in All)
        {
            if (known.Kind == kind && known.Name == name && count <= known.Most)
            {
                return known.Cause;
            }
        }

        return null;
    }
}
