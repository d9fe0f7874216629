using Leakstat.Dump.Elf;
using Leakstat.Dump.Inputs;
using Leakstat.Model;

namespace Leakstat.Dump.Target;

/// <summary>
/// Reads <c>linker_files</c>: the kernel and its modules, with the places of their sections
/// (<c>sys/kern/kern_linker.c</c>,
/// <c>link_elf_obj.c</c>), and opens the modules' files.
/// </summary>
internal sealed class LoadedFiles(
    VirtualMemory memory,
    KernelTypes types,
    KernelImage kernel,
    string directory,
    DumpLimits limits,
    DumpProblems problems)
{
    /// <summary>Reads the list; the kernel alone where the dump does not have it.</summary>
    public List<(LoadedFile File, KernelImage? Elf, ulong[] SectionAddresses)> Read(ulong listHead)
    {
        var files = new List<(LoadedFile, KernelImage?, ulong[])>();
        int link = types.Offset("linker_file", "link");
        int name = types.Offset("linker_file", "filename");
        int path = types.Offset("linker_file", "pathname");
        int id = types.Offset("linker_file", "id");
        int references = types.Offset("linker_file", "refs");
        int address = types.Offset("linker_file", "address");
        int size = types.Offset("linker_file", "size");
        if (listHead != 0 && link >= 0 && name >= 0 && address >= 0 && size >= 0)
        {
            var seen = new HashSet<ulong>();
            for (ulong at = memory.UInt64(listHead) ?? 0; at != 0; at = memory.UInt64(at + (ulong)link) ?? 0)
            {
                if (!seen.Add(at) || seen.Count > limits.Modules)
                {
                    problems.Add(
                        DiagnosticId.DamagedDump,
                        "linker_files",
                        "the list of loaded files runs in a circle or has no end; what stands before is used");
                    break;
                }

                if (memory.UInt64(at + (ulong)address) is not { } start
                    || memory.UInt64(at + (ulong)size) is not { } length
                    || memory.String(memory.UInt64(at + (ulong)name) ?? 0) is not { Length: > 0 } text)
                {
                    problems.Add(
                        DiagnosticId.MissingPages,
                        "linker_files",
                        "an entry of the list of loaded files cannot be read; the rest is missing");
                    break;
                }

                files.Add(Complete(at, new LoadedFile
                {
                    Name = text,
                    Path = path < 0 ? null : memory.String(memory.UInt64(at + (ulong)path) ?? 0, limits.NameBytes),
                    Id = id < 0 ? files.Count + 1 : (int)(memory.UInt32(at + (ulong)id) ?? 0),
                    References = references < 0 ? 0 : (int)(memory.UInt32(at + (ulong)references) ?? 0),
                    Address = start,
                    Size = length,
                }));
            }
        }

        if (!files.Exists(f => f.Item1.Id == 1))
        {
            ElfSection[] loaded = [.. kernel.Elf.Sections.Where(s => s.IsAllocated && s.Address != 0)];
            ulong start = loaded.Length == 0 ? 0 : loaded.Min(s => s.Address);
            files.Insert(0, Complete(0, new LoadedFile
            {
                Name = "kernel",
                Id = 1,
                Address = start,
                Size = loaded.Length == 0 ? 0 : loaded.Max(s => s.Address + s.Size) - start,
            }));
        }

        return files;
    }

    private (LoadedFile File, KernelImage? Elf, ulong[] SectionAddresses) Complete(ulong at, LoadedFile file)
    {
        if (file.Id == 1)
        {
            LoadedSection[] own = [.. kernel.Elf.Sections.Where(s => s.IsAllocated && s.Address != 0 && s.Size > 0)
                .Select(s => new LoadedSection(s.Name, s.Address, s.Size, s.IsWritable)).OrderBy(s => s.Address)];
            return (file with { Sections = own, HasFile = true }, kernel, [.. kernel.Elf.Sections.Select(_ => 0UL)]);
        }

        string path = System.IO.Path.Combine(directory, System.IO.Path.GetFileName(file.Name));
        KernelImage? elf = KernelImage.Open(path, limits, out string? problem);
        if (elf is null && file.Path is { } from && problem == "no such file")
        {
            // Modules of ports lie in /boot/modules beside the kernel's folder.
            path = System.IO.Path.Combine(directory, "..", "modules", System.IO.Path.GetFileName(from));
            elf = KernelImage.Open(path, limits, out problem);
        }

        ulong[] addresses = [];
        if (elf is null)
        {
            problems.Add(
                DiagnosticId.MissingSymbols, $"module {file.Name}", $"{path}: {problem}; its symbols are not known");
        }
        else
        {
            addresses = elf.Elf.Type == ElfType.Relocatable
                ? SectionTable(at, file, elf.Elf)
                : [.. elf.Elf.Sections.Select(s => s.IsAllocated ? file.Address : 0)];
        }

        LoadedSection[] sections = [.. Sections(file, elf, addresses)];
        bool known = sections.Length > 0;
        if (elf is not null && !known)
        {
            problems.Add(
                DiagnosticId.MissingSymbols,
                $"module {file.Name}",
                "the places of its sections are not in the dump; its symbols are not known");
            elf.Dispose();
            elf = null;
        }

        return (
            file with
            {
                HasFile = known,
                Sections = known ? sections : [new LoadedSection(file.Name, file.Address, file.Size, IsWritable: true)],
            },
            elf,
            addresses);
    }

    private static IEnumerable<LoadedSection> Sections(LoadedFile file, KernelImage? elf, ulong[] addresses)
    {
        if (elf is null)
        {
            return [];
        }

        // Of a relocatable file the table gives where each section is, of a shared one by how much all were moved.
        bool relocatable = elf.Elf.Type == ElfType.Relocatable;
        return elf.Elf.Sections
            .Select(
                (s, i) => (Section: s, Address: i < addresses.Length && addresses[i] != 0
                    ? addresses[i] + (relocatable ? 0 : s.Address)
                    : 0))
            .Where(s => s.Address != 0 && s.Section.Size > 0 && s.Section.Size <= file.Size)
            .Select(s => new LoadedSection(s.Section.Name, s.Address, s.Section.Size, s.Section.IsWritable))
            .OrderBy(s => s.Address);
    }

    /// <summary>
    /// Where each section of a relocatable file was put, by section number; 0 where it was not loaded. Sections of
    /// per-CPU and
    /// of network data are where their subsystems put them. Empty where the table does not fit the file.
    /// </summary>
    private ulong[] SectionTable(ulong at, LoadedFile file, ElfFile elf)
    {
        int table = types.Offset("elf_file", "progtab");
        int count = types.Offset("elf_file", "nprogtab");
        if (at == 0 || table < 0 || count < 0 || memory.UInt64(at + (ulong)table) is not { } rows
            || memory.UInt32(at + (ulong)count) is not { } length || length > (uint)elf.Sections.Count)
        {
            return [];
        }

        // Elf_progent: address, size, flags (int), number of the section (int), name.
        var addresses = new ulong[elf.Sections.Count];
        for (uint i = 0; i < length; i++)
        {
            ulong row = rows + (i * 32);
            if (memory.UInt64(row) is not { } address || memory.UInt64(row + 8) is not { } size
                || memory.UInt32(row + 20) is not { } number || number >= (uint)addresses.Length)
            {
                return [];
            }

            // A file of the same name that is not the one that was loaded has sections of other sizes.
            if (elf.Sections[(int)number].Size != size)
            {
                problems.Add(
                    DiagnosticId.MissingSymbols,
                    $"module {file.Name}",
                    "the file in the kernel's folder is not the one that was loaded; it is not used");
                return [];
            }

            addresses[number] = address;
        }

        return addresses;
    }
}
