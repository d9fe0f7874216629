using System.Text;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Ctf;
using Leakstat.Dump.Dwarf;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Tests.Image;
using Leakstat.Model;

namespace Leakstat.Fuzz.Guided.Targets;

/// <summary>Readers of crash dumps and kernels: what stands in front of the walk through memory.</summary>
internal static class DumpTargets
{
    private static readonly string[] s_structures =
    [
        "s0", "s7", "pcb", "uma_keg", "uma_zone", "thread", "proc", "msgbuf", "elf_file", "malloc_type", "vm_page", "u",
        "",
    ];

    /// <summary>The targets.</summary>
    public static IEnumerable<GuidedTarget> All(SeedTexts texts)
    {
        string folder = Path.Combine(texts.Root, "tests", "Leakstat.Dump.Tests", "Data", "dwarf");
        IEnumerable<byte[]> Compiled() =>
            Directory.GetFiles(folder, "*.elf").Order(StringComparer.Ordinal).Select(File.ReadAllBytes);
        yield return new GuidedTarget("elf", ["Leakstat.Dump.Elf."], () => Compiled().Concat(Elfs()), ReadElf)
        {
            MostBytes = 16 << 10,
        };
        yield return new GuidedTarget("ctf", ["Leakstat.Dump.Ctf."], Ctfs, ReadCtf);
        yield return new GuidedTarget("dwarf", ["Leakstat.Dump.Dwarf."], Compiled, ReadDwarf) { MostBytes = 16 << 10 };
        yield return new GuidedTarget("dump", ["Leakstat.Dump.Containers."], Dumps, ReadDump)
        {
            MostBytes = 24 << 10,

            // Page tables are walked when the kernel is there, which the blind run over whole dumps has.
            Without = ["DumpInfo", "DumpTime", "IsDump", "ReadInfo", "PageWalk"],
        };
        yield return new GuidedTarget("dump-info", ["Leakstat.Dump.Containers.DumpInfo"], () => Infos(texts), ReadInfo);
    }

    private static bool ReadElf(byte[] bytes, Action<string> report)
    {
        using var file = DumpBytes.Of("kernel", bytes);
        if (ElfFile.Read(file, DumpLimits.Default) is not { } elf)
        {
            return false;
        }

        foreach (Leakstat.Dump.Elf.ElfSection section in elf.Sections.Take(64))
        {
            if (elf.Contents(section).Length > bytes.Length)
            {
                report("a section is larger than its file");
            }

            if (section.IsCompressed)
            {
                _ = elf.Expanded(section);
            }
        }

        _ = elf.Find(".symtab");
        if (ElfSymbols.Read(elf, DumpLimits.Default) is { } symbols)
        {
            for (int i = 0; i < Math.Min(symbols.Count, 200); i++)
            {
                Leakstat.Dump.Elf.ElfSymbol symbol = symbols[i];
                string name = symbols.NameOf(i);
                if (name.Length > 0 && symbol.Section != 0 && symbols.Find(name) >= symbols.Count)
                {
                    report("a symbol beyond the last");
                }
            }

            _ = symbols.Find("zone_list");
        }

        return elf.Sections.Count > 0 || elf.Segments.Count > 0;
    }

    private static bool ReadCtf(byte[] bytes, Action<string> report)
    {
        if (CtfContainer.Read(bytes, parent: null, DumpLimits.Default, out string? problem) is not { } container)
        {
            if (string.IsNullOrEmpty(problem))
            {
                report("not read, and nothing says why");
            }

            return false;
        }

        // A module's types go on in those of the kernel: here it is its own parent.
        var child = CtfContainer.Read(bytes, container, DumpLimits.Default, out _);
        foreach (string name in s_structures)
        {
            _ = container.Find(name, "kernel").Count() + child?.Find(name, "module").Count();
        }

        return true;
    }

    private static bool ReadDwarf(byte[] bytes, Action<string> report)
    {
        using var file = DumpBytes.Of("kernel.debug", bytes);
        if (ElfFile.Read(file, DumpLimits.Default) is not { } elf)
        {
            return false;
        }

        var problems = new DumpProblems(DumpLimits.Default);
        var structures = new DwarfStructures(elf, DumpLimits.Default, problems);
        int found = s_structures.Sum(name => structures.Find(name).Count());
        foreach (Diagnostic problem in problems.All.Where(p => p.Text.Length == 0))
        {
            report($"a problem without words: {problem.Id}");
        }

        return found > 0;
    }

    private static bool ReadDump(byte[] bytes, Action<string> report)
    {
        var options = new DumpOptions();
        var problems = new DumpProblems(options.Limits);
        using var file = DumpFile.Open(DumpBytes.Of("vmcore.0", bytes), options, problems, out DumpFault? fault);
        if (file is null)
        {
            if (fault is null || fault.Text.Length == 0)
            {
                report("not opened, and no fault says why");
            }

            return false;
        }

        if (file.Physical.Bytes < 0)
        {
            report("less memory than none");
        }

        if (file.Translation is { } translation)
        {
            foreach (KernelMapping mapping in translation.Mappings().Take(100))
            {
                _ = translation.TryTranslate(mapping.Address, out _);
            }

            _ = translation.TablePages().Take(100).Count();
        }

        return true;
    }

    private static bool ReadInfo(byte[] bytes, Action<string> report)
    {
        var info = DumpInfo.Parse("info.0", Encoding.UTF8.GetString(bytes));
        if (info.Values.Values.Any(value => value is null))
        {
            report("a label without a value");
        }

        _ = (info["Hostname"], DumpInfo.PathFor(info["Hostname"] ?? "vmcore.0"));
        return info.Values.Count > 0;
    }

    private static IEnumerable<byte[]> Ctfs()
    {
        foreach (int version in (int[])[2, 3])
        {
            foreach (bool pads in (bool[])[false, true])
            {
                var ctf = new CtfWriter(version) { PadsFunctions = pads };
                uint integer = ctf.AddInteger("int", 32, signed: true);
                uint pointer = ctf.AddPointer(0);
                uint word = ctf.AddTypedef("uint64_t", ctf.AddInteger("unsigned long", 64, signed: false));
                ctf.AddFunction(word, integer, pointer, integer);
                ctf.AddForward("thread");
                uint inner = ctf.AddStruct("u", 8, [("x", integer, 0), ("y", integer, 32)], union: true);
                ctf.AddStruct("s0", 24, [("a", integer, 0), ("", inner, 64), ("b", word, 128)]);
                ctf.AddStruct(
                    "pcb",
                    720,
                    [("pcb_x", ctf.AddArray(word, word, 12), 0), ("pcb_sp", word, 96 * 8), ("f", integer, 1024)]);
                ctf.AddStruct("s7", 1 << 16, [("far", word, 0), ("end", integer, 65000L * 8)]);
                yield return ctf.ToBytes(compress: false);
                yield return ctf.ToBytes(compress: true);
            }
        }
    }

    private static IEnumerable<byte[]> Elfs()
    {
        foreach (ushort machine in (ushort[])[ElfWriter.Amd64, ElfWriter.Arm64])
        {
            var elf = new ElfWriter(ElfWriter.Executable, machine);
            elf.Add(new Leakstat.Dump.Tests.Image.ElfSection
            {
                Name = ".data",
                Address = 0xffffffff80200000,
                Bytes = new byte[64],
                Flags = 3,
                Size = 64,
            });
            yield return elf.ToBytes([new("zone_list", 0xffffffff80200008, 8, 1, true, ".data")]);
        }
    }

    private static IEnumerable<byte[]> Dumps()
    {
        MachineOptions small = new() { Memory = 8 << 20, LargePages = false, MapStart = 0xffffffff00000000 };
        foreach (MachineOptions options in (MachineOptions[])[
            small, small with { Release = FreeBsd.V12 }, new MachineOptions { Memory = 8 << 20, IsArm = true }])
        {
            CrashedMachine crashed = new Scenario(options).Crash();
            byte[] dump = Minidump.Of(crashed);
            yield return Front(dump, 12 << 10);
            yield return Front(Minidump.Of(crashed, 1), 12 << 10);
            yield return Front(ElfDumps.Full(crashed), 8 << 10);
            yield return DumpPartition.Of(crashed, Front(dump, 8 << 10), slack: 512);
            yield return DumpPartition.Of(crashed, Front(dump, 8 << 10), gzip: true, slack: 512);
            yield return DumpPartition.Of(crashed, Front(dump, 2 << 10), keySize: 64, version: 2, slack: 512);
        }

        byte[] snapshot = new byte[8192];
        "leakstat snapshot 1\narchitecture amd64\nrelease 14.2\npasses 1\n"u8.CopyTo(snapshot);
        "LSFRAME\0"u8.CopyTo(snapshot.AsSpan(4096));
        yield return snapshot;
    }

    private static byte[] Front(byte[] bytes, int most) => bytes.Length > most ? bytes[..most] : bytes;

    private static IEnumerable<byte[]> Infos(SeedTexts texts) =>
    [
        .. texts.Files.Where(f => f.Name.Contains("savecore", StringComparison.Ordinal)).Select(f => f.Bytes),
        """
        Dump header from device: /dev/da0p2
          Architecture: amd64
          Architecture Version: 2
          Dump Length: 1073741824
          Blocksize: 512
          Compression: none
          Dumptime: 2026-01-02 03:04:05 +0000
          Hostname: fw
          Magic: FreeBSD Kernel Dump
          Version String: FreeBSD 14.2-RELEASE releng/14.2 GENERIC
            root@builder:/usr/obj
          Panic String: kmem_malloc(4096): kmem_map too small
          Dump Parity: 1234
          Bounds: 0
          Dump Status: good

        """u8.ToArray(),
    ];
}
