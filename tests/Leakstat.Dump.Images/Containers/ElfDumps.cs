using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>Dumps of the whole memory as ELF files.</summary>
public static class ElfDumps
{
    private const int Page = PhysicalMemory.PageSize;

    /// <summary>What the kernel writes with <c>debug.minidump=0</c> (<c>sys/kern/kern_dump.c</c>).</summary>
    public static byte[] Full(CrashedMachine crashed)
    {
        byte[] bytes = Write(crashed, noteBytes: [], start => start);
        bytes[7] = 255;
        return bytes;
    }

    /// <summary>What QEMU's <c>dump-guest-memory</c> writes: notes of the processors in front, no virtual addresses.</summary>
    public static byte[] Qemu(CrashedMachine crashed)
    {
        var notes = new MemoryStream();
        for (int cpu = 0; cpu < crashed.Machine.Cpus; cpu++)
        {
            Note(notes, "CORE", 1, new byte[336]);
            Note(notes, "QEMU", 0, new byte[440]);
        }

        byte[] bytes = Write(crashed, notes.ToArray(), _ => 0);
        bytes[7] = 0;
        return bytes;
    }

    private static byte[] Write(CrashedMachine crashed, byte[] noteBytes, Func<ulong, ulong> virtualAddress)
    {
        PhysicalMemory memory = crashed.Machine.Memory;
        int segments = memory.Ranges.Count + (noteBytes.Length > 0 ? 1 : 0);
        long at = (64 + (56 * segments) + noteBytes.Length + Page - 1) / Page * Page;
        var head = new byte[at];
        ElfWriter.Header(head, ElfWriter.Core, crashed.Machine.Options.IsArm ? ElfWriter.Arm64 : ElfWriter.Amd64, segments, 0, 0);
        int program = 64;
        if (noteBytes.Length > 0)
        {
            long notesAt = 64 + (56 * segments);
            ElfWriter.Program(head.AsSpan(program), 4, 0, (ulong)notesAt, 0, 0, (ulong)noteBytes.Length, (ulong)noteBytes.Length);
            noteBytes.CopyTo(head, notesAt);
            program += 56;
        }

        foreach ((ulong start, ulong end) in memory.Ranges)
        {
            ElfWriter.Program(head.AsSpan(program), 1, 4, (ulong)at, virtualAddress(start), start, end - start, end - start);
            program += 56;
            at += (long)(end - start);
        }

        var file = new MemoryStream((int)at);
        file.Write(head);
        foreach ((ulong start, ulong end) in memory.Ranges)
        {
            for (ulong page = start; page < end; page += Page)
            {
                file.Write(memory.Page(page));
            }
        }

        return file.ToArray();
    }

    private static void Note(MemoryStream to, string name, uint type, byte[] content)
    {
        byte[] head = new byte[12];
        ElfWriter.Put(head, 0, (ulong)name.Length + 1, 4);
        ElfWriter.Put(head, 4, (ulong)content.Length, 4);
        ElfWriter.Put(head, 8, type, 4);
        to.Write(head);
        to.Write(Encoding.ASCII.GetBytes(name.PadRight(8, '\0')));
        to.Write(content);
    }
}
