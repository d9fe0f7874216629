using System.Text;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Target;

/// <summary>Finds the kernel of a dump, and whether it is the one.</summary>
internal static class KernelMatch
{
    /// <summary>Opens the kernel that was named by its folder or file; null and a fault where there is none.</summary>
    /// <param name="file">The dump, which may say which kernel is wanted.</param>
    /// <param name="options">What was named.</param>
    /// <param name="directory">Folder of the kernel and its modules.</param>
    /// <param name="fault">Why there is none.</param>
    public static KernelImage? Open(DumpFile file, DumpOptions options, out string directory, out DumpFault? fault)
    {
        directory = options.KernelDirectory;
        string path = directory;
        if (File.Exists(directory))
        {
            directory = Path.GetDirectoryName(Path.GetFullPath(directory)) ?? ".";
        }
        else
        {
            path = Path.Combine(directory, "kernel");
        }

        fault = null;
        string? problem = Directory.Exists(path)
            ? "is a folder: the kernel lies in it, or in a folder beside it"
            : null;
        KernelImage? kernel = problem is null ? KernelImage.Open(path, options.Limits, out problem) : null;
        if (kernel is null)
        {
            fault = new DumpFault(
                DumpFaultKind.NoKernel,
                path,
                $"{problem}; say with --kernel where the kernel of this dump is{Wanted(file)}");
        }

        return kernel;
    }

    /// <summary>Whether this kernel is the one of the dump; the page tables where it is.</summary>
    public static DumpFault? Find(
        DumpFile file, KernelImage kernel, out PhysicalMemory physical, out AddressTranslation? translation)
    {
        physical = file.Physical;
        translation = file.Translation;
        int machine = file.Machine == DumpMachine.Amd64 ? ElfMachine.Amd64 : ElfMachine.Arm64;
        if (kernel.Elf.Machine != machine || kernel.Elf.Type == ElfType.Core)
        {
            return new DumpFault(
                DumpFaultKind.WrongKernel,
                kernel.Path,
                $"is no kernel of {(machine == ElfMachine.Amd64 ? "amd64" : "arm64")}, which the dump is of");
        }

        if (kernel.Symbols is not { } symbols || symbols.Find("version") is not (>= 0 and int row))
        {
            return new DumpFault(
                DumpFaultKind.NoKernel,
                kernel.Path,
                "has no symbol table, or is no FreeBSD kernel (it lacks the symbol version)");
        }

        ElfSymbol symbol = symbols[row];
        string own = FieldText.Of(kernel.InitialData(symbol, 1024));
        if (own.Length == 0)
        {
            return new DumpFault(
                DumpFaultKind.NoKernel,
                kernel.Path,
                "has symbols and no data, as a file of debugging information (kernel.debug) has: name the kernel "
                    + "itself, and its .debug file is found beside it or in /usr/lib/debug");
        }

        string? told = file.Info?["Version String"] ?? file.PartitionHeader?.VersionText;
        if (told is { Length: > 0 } && own.Length > 0 && !KernelIdentity.IsSame(own, told))
        {
            return Wrong(file, kernel, own, told);
        }

        if (translation is null)
        {
            if (file.Machine == DumpMachine.Arm64)
            {
                if (Arm64Location.Find(file.Physical, kernel) is { } found)
                {
                    (physical, translation) = found;
                }
            }
            else
            {
                translation = KernelLocation.Find(file.Physical, kernel);
            }

            return translation is null ? Wrong(file, kernel, own, told) : null;
        }

        Span<byte> bytes = stackalloc byte[512];
        var memory = new VirtualMemory(file.Physical, translation);
        int length = 0;
        while (length < bytes.Length
            && memory.TryRead(symbol.Value + (ulong)length, bytes.Slice(length, 1))
            && bytes[length] != 0)
        {
            length++;
        }

        string there = Encoding.Latin1.GetString(bytes[..length]);
        if (length == 0 && memory.ToPageEnd(symbol.Value).IsEmpty && told is not null)
        {
            // The page with the text is not in the dump (a cut one): info.N said that it fits.
            return null;
        }

        if (KernelIdentity.IsSame(own, there))
        {
            return null;
        }

        told ??= VersionSearch.Find(memory);
        return length == 0 && told is null && file.Physical.PagesCutOff > 0
            ? new DumpFault(
                DumpFaultKind.WrongKernel,
                file.Path,
                $"the dump is cut before the kernel's version, and there is no info.N of it beside: nothing says "
                    + $"whether {kernel.Path} is its kernel")
            : Wrong(file, kernel, own, told);
    }

    private static DumpFault Wrong(DumpFile file, KernelImage kernel, string own, string? told) => new(
        DumpFaultKind.WrongKernel,
        file.Path,
        $"{kernel.Path} is not the kernel of this dump: the dump is of "
            + $"\"{FieldText.OneLine(told ?? "a version that cannot be read")}\", the kernel is "
            + $"\"{FieldText.OneLine(own)}\"");

    private static string Wanted(DumpFile file) =>
        (file.Info?["Version String"] ?? file.PartitionHeader?.VersionText) is { Length: > 0 } version
            ? $" ({FieldText.OneLine(version)})"
            : "";
}
