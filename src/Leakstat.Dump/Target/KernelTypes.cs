using System.Collections.Concurrent;
using Leakstat.Dump.Layouts;

namespace Leakstat.Dump.Target;

/// <summary>
/// Layouts of the kernel's structures, from the first source that has them: CTF of the kernel, DWARF of kernel.debug,
/// the
/// built-in table of the release. Safe to use from several threads.
/// </summary>
public sealed class KernelTypes(IReadOnlyList<Func<string, IEnumerable<StructLayout>>> sources)
{
    private readonly ConcurrentDictionary<string, StructLayout?> _found = new(StringComparer.Ordinal);

    /// <summary>The layout of a structure by its tag; null where no source has it.</summary>
    /// <remarks>
    /// Where several structures of one source have that name (<c>struct msgbuf</c> of sys/msgbuf.h and of sys/msg.h),
    /// the one with
    /// most of the needed members.
    /// </remarks>
    public StructLayout? Find(string name) => _found.GetOrAdd(name, static (n, all) =>
    {
        foreach (Func<string, IEnumerable<StructLayout>> source in all)
        {
            StructLayout? best = source(n).MaxBy(layout => NeededFields.CountIn(layout));
            if (best is not null && (NeededFields.Mark(n) is not { } mark || best.Has(mark)))
            {
                return best;
            }
        }

        return null;
    }, sources);

    /// <summary>
    /// Offset of a member, bytes; −1 where the structure or the member is not there. It must stand in <see
    /// cref="NeededFields"/>.
    /// </summary>
    public int Offset(string structure, string field)
    {
        NeededFields.Check(structure, field);
        return Find(structure)?.Offset(field) ?? -1;
    }

    /// <summary>Offset and size of a member; null where the structure or the member is not there.</summary>
    public FieldLayout? Field(string structure, string field)
    {
        NeededFields.Check(structure, field);
        return Find(structure) is { } layout && layout.Fields.TryGetValue(field, out FieldLayout found) ? found : null;
    }

    /// <summary>Bytes of a structure; 0 where it is not known.</summary>
    public int Size(string structure) => Find(structure)?.Size ?? 0;
}
