namespace Leakstat.Dump.Tests.Image;

/// <summary>How the kernel carries its types.</summary>
public enum TypeInformation
{
    /// <summary>CTF of the release's version, compressed as the build does it.</summary>
    Compressed,

    /// <summary>The same, not compressed.</summary>
    Plain,

    /// <summary>CTF of version 2, whatever the release.</summary>
    Version2,

    /// <summary>No types at all.</summary>
    None,
}

/// <summary>A machine after its panic: files of its kernel, and its memory in every form a dump has.</summary>
public sealed class CrashedMachine(Machine machine, PageTables? tables, string panic)
{
    public Machine Machine { get; } = machine;

    public PageTables? Tables { get; } = tables;

    public string Panic { get; } = panic;

    private ushort ElfMachine => Machine.Options.IsArm ? ElfWriter.Arm64 : ElfWriter.Amd64;

    /// <summary>The file <c>kernel</c>.</summary>
    public byte[] Kernel(TypeInformation types = TypeInformation.Compressed) => Machine.Kernel.ToBytes(ElfMachine, types switch
    {
        TypeInformation.None => null,
        TypeInformation.Version2 => KernelTypes.Write(Machine.Layouts, 2, compress: true),
        _ => KernelTypes.Write(Machine.Layouts, Machine.Release.CtfVersion, types == TypeInformation.Compressed),
    });

    /// <summary>Writes kernel and modules into a folder, as <c>/boot/kernel</c> has them.</summary>
    public string WriteKernel(string folder, TypeInformation types = TypeInformation.Compressed)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "kernel"), Kernel(types));
        foreach (Module module in Machine.Modules.All)
        {
            File.WriteAllBytes(Path.Combine(folder, module.Name), module.ToBytes(ElfMachine));
        }

        return folder;
    }

    /// <summary>Pages that a minidump holds, in the order of their addresses.</summary>
    public IReadOnlyList<ulong> DumpedPages =>
        [.. Machine.Memory.UsedPages.Where(page => Machine.Memory.UseOf(page) is PageUse.Kernel or PageUse.Boot).Order()];

    /// <summary><c>info.N</c> as savecore(8) writes it.</summary>
    public string Info(int number, long length, string status = "good") => $"""
        Dump header from device: /dev/ada0p3
          Architecture: {(Machine.Options.IsArm ? "arm64" : "amd64")}
          Architecture Version: {(Machine.Options.IsArm ? 1 : 2)}
          Dump Length: {length}
          Blocksize: 512
          Compression: none
          Dumptime: 2026-11-20 18:00:00 +0000
          Hostname: host1.example.org
          Magic: FreeBSD Kernel Dump
          Version String: {Machine.Release.Version.TrimEnd()}
          Panic String: {Panic}
          Dump Parity: 1234567890
          Bounds: {number}
          Dump Status: {status}

        """;
}
