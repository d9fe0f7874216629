using System.Collections.Concurrent;
using Leakstat.Dump.Layouts;

namespace Leakstat.Dump.Target;

/// <summary>
/// Layouts of the kernel's structures, from the first source that has them: CTF of the kernel, DWARF of kernel.debug, the
/// built-in table of the release. Safe to use from several threads.
/// </summary>
public sealed class KernelTypes(IReadOnlyList<Func<string, IEnumerable<StructLayout>>> sources)
{
    private readonly ConcurrentDictionary<string, StructLayout?> _found = new(StringComparer.Ordinal);

    /// <summary>The layout of a structure by its tag; null where no source has it.</summary>
    /// <remarks>Where several structures have that name, the one with the member that <see cref="NeededFields.Mark"/> names.</remarks>
    public StructLayout? Find(string name) => _found.GetOrAdd(name, static (n, all) =>
    {
        string? mark = NeededFields.Mark(n);
        foreach (Func<string, IEnumerable<StructLayout>> source in all)
        {
            foreach (StructLayout layout in source(n))
            {
                if (mark is null || layout.Has(mark))
                {
                    return layout;
                }
            }
        }

        return null;
    }, sources);

    /// <summary>Offset of a member, bytes; −1 where the structure or the member is not there. It must stand in <see cref="NeededFields"/>.</summary>
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
