using Leakstat.Dump.Dwarf;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Layouts;
using Leakstat.Model;

namespace Leakstat.Dump.Target;

/// <summary>
/// The kernel's debug information (<c>kernel.debug</c>), for structures that the kernel's CTF does not have.
/// </summary>
internal sealed class DebugFile
{
    private readonly DwarfStructures _structures;

    private DebugFile(KernelImage file, DwarfStructures structures)
    {
        File = file;
        _structures = structures;
    }

    /// <summary>The file.</summary>
    public KernelImage File { get; }

    /// <summary>
    /// Looks in the kernel itself, beside it, and below <c>/usr/lib/debug</c> of the same tree; null where there is
    /// none, or where
    /// it is of another build (its symbol table is not the kernel's).
    /// </summary>
    public static DebugFile? Find(KernelImage kernel, string directory, DumpLimits limits, DumpProblems problems)
    {
        if (kernel.Elf.Find(".debug_info") is not null)
        {
            return new DebugFile(kernel, new DwarfStructures(kernel.Elf, limits, problems));
        }

        string name = Path.GetFileName(kernel.Path);
        string folder = Path.GetFullPath(directory);
        string[] places =
        [
            Path.Combine(folder, $"{name}.debug"),
            Path.Combine(folder, "..", "..", "usr", "lib", "debug", "boot", Path.GetFileName(folder), $"{name}.debug"),
            Path.Combine("/usr/lib/debug", folder.TrimStart('/'), $"{name}.debug"),
        ];
        foreach (string place in places)
        {
            if (!System.IO.File.Exists(place))
            {
                continue;
            }

            KernelImage? file = KernelImage.Open(place, limits, out string? problem);
            if (file is null)
            {
                problems.Add(DiagnosticId.MissingSymbols, place, problem ?? "cannot be read");
            }
            else if (!IsOf(file, kernel))
            {
                problems.Add(DiagnosticId.MissingSymbols, place, "is of another build of the kernel; it is not used");
                file.Dispose();
            }
            else
            {
                return new DebugFile(file, new DwarfStructures(file.Elf, limits, problems));
            }
        }

        return null;
    }

    /// <summary>The layout of a structure.</summary>
    public IEnumerable<StructLayout> Find(string name) => _structures.Find(name);

    /// <summary>
    /// Debug information is split off after linking: its sections have the kernel's addresses and sizes.
    /// </summary>
    private static bool IsOf(KernelImage debug, KernelImage kernel)
    {
        foreach (string section in (ReadOnlySpan<string>)[".text", ".data", ".bss"])
        {
            if (kernel.Elf.Find(section) is { } one
                && debug.Elf.Find(section) is { } other
                && (one.Address != other.Address || one.Size != other.Size))
            {
                return false;
            }
        }

        return debug.Elf.Find(".debug_info") is not null && debug.Elf.Machine == kernel.Elf.Machine;
    }
}
