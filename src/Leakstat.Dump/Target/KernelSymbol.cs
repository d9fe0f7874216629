namespace Leakstat.Dump.Target;

/// <summary>A symbol of the kernel or of a module, at its address in the running kernel.</summary>
/// <param name="Name">Name.</param>
/// <param name="Address">Kernel virtual address.</param>
/// <param name="Size">Bytes; 0 where the symbol table does not say.</param>
/// <param name="Module">File it belongs to: <c>kernel</c>, <c>zfs.ko</c>.</param>
public readonly record struct KernelSymbol(string Name, ulong Address, ulong Size, string Module);

/// <summary>A part of a loaded kernel file.</summary>
/// <param name="Name">Section name (<c>.data</c>, <c>.bss</c>, <c>set_sysinit_set</c>); the file's name where sections
/// are not known.</param>
/// <param name="Address">Kernel virtual address.</param>
/// <param name="Size">Bytes.</param>
/// <param name="IsWritable">Whether its contents can change, so that it may hold pointers to the heap; true where not
/// known.</param>
public readonly record struct LoadedSection(string Name, ulong Address, ulong Size, bool IsWritable);

/// <summary>A kernel file by <c>linker_files</c>: the kernel (the first) or a module.</summary>
public sealed record LoadedFile
{
    /// <summary>Its name: <c>kernel</c>, <c>zfs.ko</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Path it was loaded from; null where the dump does not say.</summary>
    public string? Path { get; init; }

    /// <summary>Id as kldstat(8) prints it; the kernel is 1.</summary>
    public required int Id { get; init; }

    /// <summary>References.</summary>
    public int References { get; init; }

    /// <summary>Kernel virtual address.</summary>
    public required ulong Address { get; init; }

    /// <summary>Bytes.</summary>
    public required ulong Size { get; init; }

    /// <summary>Its sections by ascending address; one for the whole file where its own file is not at hand.</summary>
    public IReadOnlyList<LoadedSection> Sections { get; init; } = [];

    /// <summary>
    /// Whether its own file was found and fits what is in the dump, so that symbols and types of it are known.
    /// </summary>
    public bool HasFile { get; init; }

    /// <summary>Whether an address lies in it.</summary>
    public bool Contains(ulong address) => address - Address < Size;
}
