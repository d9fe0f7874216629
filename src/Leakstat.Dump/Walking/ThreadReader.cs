using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>Reads <c>allproc</c> and the threads of each process, with where each was left.</summary>
internal sealed class ThreadReader(WalkContext context)
{
    private readonly VirtualMemory _memory = context.Memory;

    /// <summary>Whether every list could be followed to its end, so that a stack of no thread is nobody's.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Reads them.</summary>
    public List<KernelThread> Read()
    {
        var threads = new List<KernelThread>();
        KernelTypes types = context.Types;
        int processLink = types.Offset("proc", "p_list");
        int processThreads = types.Offset("proc", "p_threads");
        int pid = types.Offset("proc", "p_pid");
        int command = types.Offset("proc", "p_comm");
        int threadLink = types.Offset("thread", "td_plist");
        if (processLink < 0 || processThreads < 0 || threadLink < 0 || types.Offset("thread", "td_kstack") < 0
            || context.Symbols.Address("allproc") == 0)
        {
            context.Problems.Add(
                DiagnosticId.UnknownLayout,
                "allproc",
                "the layout of processes and threads is not known: their stacks are not told apart");
            IsWhole = false;
            return threads;
        }

        int dumpThread = context.Symbols.Address("dumptid") is not 0 and ulong at ? (int)(_memory.UInt32(at) ?? 0) : 0;
        long before = context.Problems.Count;
        foreach (ulong process in context.List(
            context.Symbols.Address("allproc"), processLink, "allproc", context.Limits.Threads))
        {
            int id = (int)_memory.Int32(process, pid);
            string name = command < 0 ? "" : _memory.FixedText(process + (ulong)command, 20);
            foreach (ulong thread in context.List(
                process + (ulong)processThreads, threadLink, $"threads of pid {id}",
                context.Limits.Threads - threads.Count))
            {
                threads.Add(ReadThread(thread, id, name, dumpThread));
            }
        }

        IsWhole = threads.Count > 0 && context.Problems.Count == before;
        return threads;
    }

    private KernelThread ReadThread(ulong at, int process, string command, int dumpThread)
    {
        KernelTypes types = context.Types;
        int id = (int)_memory.Int32(at, types.Offset("thread", "td_tid"));

        // 32 bits up to 14; 16 bits from 15 on, where the stack's domain follows (sys/sys/proc.h).
        Layouts.FieldLayout? pagesField = types.Field("thread", "td_kstack_pages");
        uint pages = pagesField is not { } field ? 0
            : field.Size == 2 ? _memory.Int16(at, field.Offset) : _memory.Int32(at, field.Offset);
        ulong stack = _memory.Pointer(at, types.Offset("thread", "td_kstack"));
        if (pages > (uint)context.Limits.StackPages
            || stack % (ulong)_memory.PageSize != 0
            || !_memory.Translation.IsKernelAddress(stack))
        {
            (stack, pages) = (0, 0);
        }

        int cpu = (int)_memory.Int32(at, types.Offset("thread", "td_oncpu"));
        bool running = types.Offset("thread", "td_oncpu") >= 0 && cpu >= 0 && cpu < context.Machine.CpuIds
            && IsCurrent(at, cpu);
        ulong size = pages * (ulong)_memory.PageSize;
        bool panicking = dumpThread != 0 && id == dumpThread;
        ulong saved = panicking
            ? context.Symbols.Address("dumppcb")
            : running ? StoppedCpu(cpu) : _memory.Pointer(at, types.Offset("thread", "td_pcb"));

        // Of a thread that runs on, nothing says how deep its stack is: all of it counts. What stoppcbs has is of an
        // earlier stop.
        SavedRegisters? registers = saved == 0 || (running && context.IsLive) ? null : Registers(saved);
        if (running && !panicking && registers is { } stopped && stopped.StackPointer - stack > size)
        {
            registers = StoppedProcessor.Interrupted(_memory, stopped, stack, size);
        }

        return new KernelThread
        {
            Address = at,
            Id = id,
            ProcessId = process,
            Command = command,
            Name = types.Offset("thread", "td_name") is >= 0 and int name
                ? _memory.FixedText(at + (ulong)name, 20)
                : "",
            Stack = stack,
            StackSize = size,
            Registers = registers is { } r && r.StackPointer - stack <= size ? r : null,
        };
    }

    /// <summary>Whether a CPU says that it runs the thread; true where it cannot be asked.</summary>
    private bool IsCurrent(ulong thread, int cpu)
    {
        int current = context.Types.Offset("pcpu", "pc_curthread");
        int size = context.Types.Size("pcpu");
        return context.Machine.Pcpu == 0 || current < 0 || size == 0
            || _memory.Pointer(context.Machine.Pcpu + ((ulong)cpu * (ulong)size), current) == thread;
    }

    /// <summary>
    /// The registers of a CPU that was stopped for the dump: <c>stoppcbs</c>, a pointer since 13, an array before.
    /// </summary>
    private ulong StoppedCpu(int cpu)
    {
        int size = context.Types.Size("pcb");
        if (size == 0 || !context.Symbols.TryFind("stoppcbs", out KernelSymbol symbol))
        {
            return 0;
        }

        ulong array = symbol.Size == 8 ? _memory.UInt64(symbol.Address) ?? 0 : symbol.Address;
        return array == 0 ? 0 : array + ((ulong)cpu * (ulong)size);
    }

    private SavedRegisters? Registers(ulong pcb)
    {
        KernelTypes types = context.Types;
        if (context.Identity.Architecture == "arm64")
        {
            // pcb_x holds x19 to x29 (12 and later) or x0 to x30, the link register last.
            int sp = types.Offset("pcb", "pcb_sp");
            Layouts.FieldLayout? x = types.Field("pcb", "pcb_x");
            if (sp < 0 || x is not { Size: >= 24 } registers)
            {
                return null;
            }

            int last = registers.Offset + registers.Size - 8;
            return new SavedRegisters(
                _memory.Pointer(pcb, sp), _memory.Pointer(pcb, last - 8), _memory.Pointer(pcb, last));
        }

        ulong rsp = _memory.Pointer(pcb, types.Offset("pcb", "pcb_rsp"));
        return rsp == 0
            ? null
            : new SavedRegisters(
                rsp, _memory.Pointer(
                    pcb, types.Offset("pcb", "pcb_rbp")), _memory.Pointer(pcb, types.Offset("pcb", "pcb_rip")));
    }
}
