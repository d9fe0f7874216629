namespace Leakstat.Dump.Tests.Image;

/// <summary>A place of one word.</summary>
public sealed class Slot(ulong address, int size = 8) : IPlace
{
    public ulong Address { get; } = address;

    public int Size { get; } = size;
}

/// <summary>A thread with its kernel stack, which grows as functions are called.</summary>
public sealed class KernelThread
{
    private readonly Machine _machine;
    private ulong _function;
    private ulong _frame;

    internal KernelThread(Machine machine, ulong address, string name, int id)
    {
        _machine = machine;
        Address = address;
        Name = name;
        Id = id;
        Stack = machine.Space.AllocateKernel(Pages, stack: true);
        Pcb = (Stack + (Pages * (ulong)PhysicalMemory.PageSize) - 0x400 - (ulong)machine.Layouts["pcb"].Size) & ~63UL;
        Pointer = Pcb - (ulong)machine.Layouts["trapframe"].Size;
        _function = machine.Kernel.Function("fork_trampoline");
        Call("fork_exit");
    }

    public const int Pages = 4;

    public ulong Address { get; }

    public string Name { get; }

    public int Id { get; }

    public ulong Stack { get; }

    public ulong Pcb { get; }

    /// <summary>The stack pointer.</summary>
    public ulong Pointer { get; private set; }

    /// <summary>Functions that were called, the innermost last.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Calls a function from the one that runs.</summary>
    public KernelThread Call(string function)
    {
        Calls.Add(function);
        return CallAt(_machine.Kernel.Function(function));
    }

    /// <summary>User code makes a system call: the stack begins anew, and keeps whatever user code had as frame pointer.</summary>
    public KernelThread Enter(ulong userFrame)
    {
        Pointer = Pcb - (ulong)_machine.Layouts["trapframe"].Size;
        Calls.Clear();
        (_function, _frame) = (_machine.Kernel.Function("fast_syscall_common"), userFrame);
        return Call("amd64_syscall");
    }

    /// <summary>Calls a function by its address.</summary>
    public KernelThread CallAt(ulong function)
    {
        Push(_machine.Options.IsArm ? Sign(_function + 0x2c) : _function + 0x2a);
        Push(_frame);
        _frame = Pointer;
        _function = function;
        return this;
    }

    /// <summary>
    /// arm64 signs return addresses where the processor can (14 and later): the upper bits are a code then, but for bit 55, which
    /// tells the kernel's addresses.
    /// </summary>
    private ulong Sign(ulong address) => _machine.Release.Major >= 14 ? address & ~0xff7f_0000_0000_0000UL | 0x5a3b_0000_0000_0000 & 0xff7f_0000_0000_0000 : address;

    /// <summary>The function that runs is interrupted: its registers are saved on the stack, and <c>trap</c> is called.</summary>
    public KernelThread Trap()
    {
        if (_machine.Options.IsArm)
        {
            return TrapOnArm();
        }

        ulong before = Pointer;
        Pointer = (Pointer - (ulong)_machine.Layouts["trapframe"].Size) & ~15UL;
        StructAt saved = _machine.At("trapframe", Pointer);
        saved["tf_trapno"] = 12;
        saved["tf_rip"] = _function + 0x31;
        saved["tf_rbp"] = _frame;
        saved["tf_rsp"] = before;
        _function = _machine.Kernel.Function("calltrap");
        Calls.Add("calltrap");
        return Call("trap");
    }

    /// <summary>
    /// As <c>save_registers</c> does it (<c>sys/arm64/arm64/exception.S</c>): the interrupted frame and return address stand above the
    /// trap frame, and are the frame of the handler.
    /// </summary>
    private KernelThread TrapOnArm()
    {
        ulong before = Pointer;
        Pointer &= ~15UL;
        Push(_function + 0x14);
        Push(_frame);
        ulong record = Pointer;
        Pointer -= (ulong)_machine.Layouts["trapframe"].Size;
        StructAt saved = _machine.At("trapframe", Pointer);
        saved["tf_sp"] = before;
        saved["tf_lr"] = _function + 0x14;
        saved["tf_elr"] = _function + 0x30;
        saved["tf_esr"] = 0x96000045;
        _machine.Space.Write(saved.Of("tf_x") + (29 * 8), _frame);
        (_function, _frame) = (_machine.Kernel.Function("handle_el1h_sync"), record);
        Calls.Add("handle_el1h_sync");
        return Call("do_el1h_sync");
    }

    /// <summary>
    /// The processor that runs it is stopped by a non-maskable interrupt, as a panic does it on another one: the handler has a
    /// stack of its own, and its registers are what is saved (<c>cpustop_handler</c>).
    /// </summary>
    public KernelThread Stop(int cpu, bool inUserCode = false)
    {
        Cpu = cpu;
        ulong before = Pointer;
        ulong frame = inUserCode ? 0x7fffffffe000 : _frame;
        ulong stack = _machine.Space.AllocateKernel(1);
        Pointer = stack + PhysicalMemory.PageSize - 16 - (ulong)_machine.Layouts["trapframe"].Size;
        StructAt saved = _machine.At("trapframe", Pointer);
        saved["tf_trapno"] = 19;
        saved["tf_rip"] = inUserCode ? 0x401000 : _function + 0x31;
        saved["tf_cs"] = inUserCode ? 0x43UL : 0x20;
        saved["tf_rbp"] = frame;
        saved["tf_rsp"] = inUserCode ? 0x7fffffffd000 : before;
        (_function, _frame) = (_machine.Kernel.Function("nmi_calltrap"), frame);
        return Call("trap").Call("nmi_call_kdb_smp").Call("ipi_nmi_handler").Call("cpustop_handler");
    }

    /// <summary>The processor it ran on when that was stopped; null where it was not running.</summary>
    public int? Cpu { get; private set; }

    /// <summary>A local variable of the function that runs.</summary>
    public IPlace Local()
    {
        Push(0);
        return new Slot(Pointer);
    }

    /// <summary>A word that a function which has returned left behind.</summary>
    public IPlace Left(int below = 0x400) => new Slot(Pointer - (ulong)below);

    /// <summary>Saves the registers where the thread stopped.</summary>
    internal void SaveInto(ulong pcb)
    {
        StructAt at = _machine.At("pcb", pcb);
        if (_machine.Options.IsArm)
        {
            // The last two of pcb_x are the frame pointer and the place it goes on at.
            ulong last = at.Of("pcb_x") + (ulong)_machine.Layouts["pcb"]["pcb_x"].Size - 8;
            _machine.Space.Write(last - 8, _frame);
            _machine.Space.Write(last, Sign(_function + 0x30));
            at["pcb_sp"] = Pointer;
            return;
        }

        at["pcb_rbp"] = _frame;
        at["pcb_rsp"] = Pointer;
        at["pcb_rip"] = _function + 0x31;
    }

    private void Push(ulong value)
    {
        Pointer -= 8;
        _machine.Space.Write(Pointer, value);
    }
}

/// <summary>Processes and threads.</summary>
public sealed class Threads
{
    private readonly Machine _machine;
    private readonly Zone _threads;
    private readonly Zone _processes;
    private readonly List<(ulong Process, string Name, List<KernelThread> Threads)> _all = [];
    private KernelThread? _panicking;
    private ulong _stopped;
    private int _nextId = 100001;

    public Threads(Machine machine)
    {
        _machine = machine;
        Zone objects = machine.Uma.Create("VM OBJECT", machine.Layouts["vm_object"].Size, new ZoneOptions { Flags = KegTraits.NoFree });
        StackObject = machine.Uma.Take(objects).Address;
        machine.At("vm_object", StackObject).Set("type", 1);
        if (!machine.Release.IsOld)
        {
            machine.Kernel.Define("kstack_object", StackObject, local: true);
        }

        Zone sleepQueues = machine.Uma.Create("SLEEPQUEUE", 88, new ZoneOptions { Alignment = 64 });
        Zone turnstiles = machine.Uma.Create("TURNSTILE", 136, new ZoneOptions { Alignment = 64 });

        // Threads own things from the moment their slab is made (thread_init of sys/kern/kern_thread.c).
        _threads = machine.Uma.Create("THREAD", machine.Layouts["thread"].Size, new ZoneOptions
        {
            Alignment = 32,
            Flags = KegTraits.NoFree,
            Init = "thread_init",
            Construct = item =>
            {
                StructAt thread = machine.At("thread", item.Address);
                thread["td_sleepqueue"] = machine.Uma.Take(sleepQueues).Address;
                thread["td_turnstile"] = machine.Uma.Take(turnstiles).Address;
            },
        });
        _processes = machine.Uma.Create("PROC", machine.Layouts["proc"].Size, new ZoneOptions { Flags = KegTraits.NoFree });
        Idle = Start("kernel", "swapper", machine.Kernel.Define("proc0", machine.Layouts["proc"].Size, ".data"),
            machine.Kernel.Define("thread0_st", machine.Layouts["thread"].Size, ".data"));
        Start("init", "init").Call("kern_wait6").Call("_sleep").Call("sleepq_wait").Call("mi_switch").Call("sched_switch");
    }

    /// <summary>The object that holds the pages of all kernel stacks.</summary>
    public ulong StackObject { get; }

    /// <summary>The first thread.</summary>
    public KernelThread Idle { get; }

    /// <summary>The thread that panicked; known once the machine has crashed.</summary>
    public KernelThread Panicking => _panicking ?? throw new InvalidOperationException("the machine has not crashed");

    public IEnumerable<KernelThread> All => _all.SelectMany(process => process.Threads);

    /// <summary>A process with one thread.</summary>
    public KernelThread Start(string process, string thread) =>
        Start(process, thread, _machine.Uma.Take(_processes).Address, _machine.Uma.Take(_threads).Address);

    /// <summary>A thread that ended and waits in a cache to be used again, with what it owns.</summary>
    public void End(int cpu = 0) => _machine.Uma.Cache(_machine.Uma.Take(_threads), BucketPlace.Free, cpu);

    /// <summary>Says which thread panics; its calls end in those of a panic.</summary>
    public void Panics(KernelThread thread)
    {
        _panicking = thread;
        thread.Call("vpanic").Call("kern_reboot").Call("doadump");
    }

    public void Write(string panic)
    {
        if (_panicking is null)
        {
            Panics(Start("crasher", "crasher").Call("amd64_syscall").Call("sys_ioctl").Call("bad_function").Trap().Call("trap_pfault"));
        }

        ulong dump = _machine.Kernel.Define("dumppcb", _machine.Layouts["pcb"].Size);
        _panicking!.SaveInto(dump);
        _machine.Kernel.Define("dumptid", (ulong)_panicking.Id, 4);
        _machine.Kernel.Define("panicstr", _machine.Kernel.Text(panic));
        _stopped = _machine.Space.AllocateKernel(1);
        _machine.Kernel.Define("stoppcbs", _stopped);
        ulong from = _machine.Kernel.Define("allproc", 8);
        foreach ((ulong process, string name, List<KernelThread> threads) in _all)
        {
            StructAt at = _machine.At("proc", process);
            _machine.Space.Write(from, process);
            _machine.Space.Write(at.Of("p_list"), 0);
            _machine.Space.Write(at.Of("p_list") + 8, from);
            from = at.Of("p_list");
            at["p_pid"] = (ulong)_all.FindIndex(p => p.Process == process);
            at["p_numthreads"] = (ulong)threads.Count;
            _machine.Space.WriteText(at.Of("p_comm"), name);
            ulong last = at.Of("p_threads");
            foreach (KernelThread thread in threads)
            {
                WriteThread(thread, process);
                ulong link = thread.Address + (ulong)_machine.Layouts["thread"]["td_plist"].Offset;
                _machine.Space.Write(last, thread.Address);
                _machine.Space.Write(link, 0);
                _machine.Space.Write(link + 8, last);
                last = link;
            }

            _machine.Space.Write(at.Of("p_threads") + 8, last);
        }
    }

    private KernelThread Start(string process, string name, ulong processAddress, ulong address)
    {
        var thread = new KernelThread(_machine, address, name, _nextId++);
        _all.Add((processAddress, process, [thread]));
        return thread;
    }

    private void WriteThread(KernelThread thread, ulong process)
    {
        StructAt at = _machine.At("thread", thread.Address);
        at["td_proc"] = process;
        at["td_tid"] = (ulong)thread.Id;
        at["td_pcb"] = thread.Pcb;
        at["td_frame"] = thread.Pcb - (ulong)_machine.Layouts["trapframe"].Size;
        at["td_kstack"] = thread.Stack;
        at["td_kstack_pages"] = KernelThread.Pages;
        at["td_oncpu"] = thread == _panicking ? 0u : (uint?)thread.Cpu ?? 0xffffffff;
        at["td_vnet"] = 0;
        _machine.Space.WriteText(at.Of("td_name"), thread.Name);
        thread.SaveInto(thread.Pcb);
        if (thread.Cpu is { } stopped)
        {
            thread.SaveInto(_stopped + ((ulong)stopped * (ulong)_machine.Layouts["pcb"].Size));
            _machine.At("pcpu", _machine.PerCpuBase + ((ulong)stopped * PhysicalMemory.PageSize)).Set("pc_curthread", thread.Address);
        }

        if (thread == _panicking)
        {
            // What is in the thread's own structure is of the last time it was switched away from.
            if (!_machine.Options.IsArm)
            {
                _machine.At("pcb", thread.Pcb).Set("pcb_rbp", 0);
            }

            _machine.At("pcb", thread.Pcb).Set(_machine.Options.IsArm ? "pcb_sp" : "pcb_rsp", thread.Pcb - 0x300);
            StructAt cpu = _machine.At("pcpu", _machine.PerCpuBase);
            cpu["pc_curthread"] = thread.Address;
            cpu["pc_curpcb"] = thread.Pcb;
        }
    }
}
