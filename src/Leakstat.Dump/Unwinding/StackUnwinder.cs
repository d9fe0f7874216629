using Leakstat.Dump.Target;

namespace Leakstat.Dump.Unwinding;

/// <summary>
/// Follows the chain of frame pointers that FreeBSD's kernels are built with (<c>-fno-omit-frame-pointer</c>), through
/// traps,
/// as the kernel's own debugger does.
/// </summary>
public static class StackUnwinder
{
    /// <summary>More are a stack that runs in a circle: 16 KiB hold about a thousand of the smallest frames.</summary>
    private const int MostFrames = 256;

    /// <summary>Largest distance from one frame to the next; kernel stacks have 16 to 64 KiB.</summary>
    private const ulong MostBytes = 64 << 10;

    /// <summary>Length of the longest list of processes or threads that is followed.</summary>
    private const int MostThreads = 1 << 20;

    /// <summary>
    /// The thread that panicked, by <c>dumptid</c> and the registers saved in <c>dumppcb</c>
    /// (<c>sys/kern/kern_shutdown.c</c>).
    /// </summary>
    public static PanicThread OfPanic(KernelDump dump)
    {
        VirtualMemory memory = dump.Memory;
        int? id = dump.Symbols.Address("dumptid") is not 0 and ulong at
            && memory.UInt32(at) is { } number and < int.MaxValue
            ? (int)number
            : null;
        var found = new PanicThread { ThreadId = id };
        ulong thread = 0;
        if (id is { } wanted)
        {
            (thread, ulong process) = Find(dump, (uint)wanted);
            found = Named(dump, found, thread, process);
        }

        ulong pcb = dump.Symbols.Address("dumppcb");
        if (pcb == 0 && thread != 0)
        {
            pcb = Pointer(dump, thread, "thread", "td_pcb");
        }

        return pcb == 0 ? found with
        {
            Problem = "the dump does not say where the thread was",
        } : Unwind(dump, found, pcb);
    }

    /// <summary>Frames from saved registers on.</summary>
    private static PanicThread Unwind(KernelDump dump, PanicThread found, ulong pcb)
    {
        VirtualMemory memory = dump.Memory;
        FrameRules rules = FrameRules.For(dump);
        (ulong address, ulong frame) = rules.Saved(pcb);
        if (address == 0)
        {
            return found with { Problem = "the registers of the thread are not in the dump" };
        }

        List<StackFrame> frames = [];
        string? problem = null;
        bool isTrap = false;
        while (true)
        {
            // A return address may be the first of the next function where the call does not return.
            bool known = dump.Symbols.TryResolve(
                frames.Count > 0 && !isTrap ? address - 1 : address, out KernelSymbol symbol);
            frames.Add(new StackFrame(address, known ? Describe(symbol, address) : null, isTrap));
            isTrap = false;
            if (known && rules.IsOutermost(symbol.Name))
            {
                break;
            }

            if (frames.Count == MostFrames)
            {
                problem = $"the stack has more than {MostFrames} frames, or runs in a circle";
                break;
            }

            ulong next = 0;
            if (frame != 0
                && memory.TryReadUInt64(frame, out ulong saved)
                && memory.TryReadUInt64(frame + 8, out ulong back))
            {
                back = rules.Return(back);
                address = back;
                next = saved;
                if (dump.Symbols.TryResolve(back - 1, out KernelSymbol caller) && rules.IsTrapEntry(caller.Name))
                {
                    frames.Add(new StackFrame(back, Describe(caller, back), IsTrap: false));
                    (address, next) = rules.Interrupted(frame, saved);
                    isTrap = true;
                }
            }
            else
            {
                problem ??= frame == 0 ? null : $"the stack at 0x{frame:x} is not in the dump";
                break;
            }

            // User code begins where the address is no longer the kernel's.
            if (address >> 63 == 0)
            {
                break;
            }

            if (dump.Symbols.TryResolve(address - 1, out KernelSymbol entry) && rules.IsOutermost(entry.Name))
            {
                // The entry of a system call kept the frame pointer of user code, which may be anything.
                next = 0;
            }
            else if (next != 0 && (next <= frame || next - frame > MostBytes || next % 8 != 0))
            {
                // A double fault or a boot stack changes to another one: only its first frame is certain.
                problem = $"the frame pointer leads from 0x{frame:x} to 0x{next:x}";
                next = 0;
            }

            frame = next;
        }

        return found with { Frames = frames, Problem = problem };
    }

    private static string Describe(KernelSymbol symbol, ulong address)
    {
        string name = symbol.Module == "kernel" ? symbol.Name : $"{symbol.Module}:{symbol.Name}";
        return address == symbol.Address ? name : $"{name}+0x{address - symbol.Address:x}";
    }

    private static (ulong Thread, ulong Process) Find(KernelDump dump, uint id)
    {
        VirtualMemory memory = dump.Memory;
        int threads = dump.Types.Offset("proc", "p_threads");
        int nextProcess = dump.Types.Offset("proc", "p_list");
        int nextThread = dump.Types.Offset("thread", "td_plist");
        int number = dump.Types.Offset("thread", "td_tid");
        ulong head = dump.Symbols.Address("allproc");
        if (threads < 0 || nextProcess < 0 || nextThread < 0 || number < 0 || head == 0)
        {
            return (0, 0);
        }

        int steps = 0;
        for (ulong process = memory.UInt64(head)
            ?? 0; process != 0; process = memory.UInt64(process + (ulong)nextProcess) ?? 0)
        {
            for (ulong thread = memory.UInt64(process + (ulong)threads)
                ?? 0; thread != 0; thread = memory.UInt64(thread + (ulong)nextThread) ?? 0)
            {
                if (memory.UInt32(thread + (ulong)number) == id)
                {
                    return (thread, process);
                }

                if (++steps > MostThreads)
                {
                    return (0, 0);
                }
            }

            if (++steps > MostThreads)
            {
                return (0, 0);
            }
        }

        return (0, 0);
    }

    private static PanicThread Named(KernelDump dump, PanicThread found, ulong thread, ulong process)
    {
        if (thread == 0)
        {
            return found;
        }

        int name = dump.Types.Offset("thread", "td_name");
        int command = dump.Types.Offset("proc", "p_comm");
        int pid = dump.Types.Offset("proc", "p_pid");
        return found with
        {
            Name = name >= 0 ? dump.Memory.String(thread + (ulong)name, 20) : null,
            Process = command >= 0 ? dump.Memory.String(process + (ulong)command, 20) : null,
            ProcessId = pid >= 0 && dump.Memory.UInt32(process + (ulong)pid) is { } id and < int.MaxValue
                ? (int)id
                : null,
        };
    }

    private static ulong Pointer(KernelDump dump, ulong structure, string name, string member) =>
        dump.Types.Offset(name, member) is >= 0 and int offset ? dump.Memory.UInt64(structure + (ulong)offset) ?? 0 : 0;
}
