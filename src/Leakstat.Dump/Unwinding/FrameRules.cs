namespace Leakstat.Dump.Unwinding;

/// <summary>A place in the code, and the frame of the function it is in.</summary>
/// <param name="Address">Address in the code; 0 where it is not known.</param>
/// <param name="Frame">Address of the frame: the caller's frame, then the address it is returned to.</param>
internal readonly record struct CodePlace(ulong Address, ulong Frame);

/// <summary>How stacks of a machine are laid out, as the kernel's own debugger follows them.</summary>
internal abstract class FrameRules
{
    /// <summary>The rules of a dump's machine.</summary>
    public static FrameRules For(KernelDump dump) =>
        dump.Identity.Architecture == "arm64" ? new Arm64Frames(dump) : new Amd64Frames(dump);

    /// <summary>Where a thread was by the registers saved in a <c>struct pcb</c>.</summary>
    public abstract CodePlace Saved(ulong pcb);

    /// <summary>A return address as it is in the code.</summary>
    public abstract ulong Return(ulong stored);

    /// <summary>Entries whose caller was interrupted: its registers are saved on the stack.</summary>
    public abstract bool IsTrapEntry(string name);

    /// <summary>Where the function was that was interrupted.</summary>
    /// <param name="frame">Frame of the function that the entry called.</param>
    /// <param name="caller">What it holds as its caller's frame.</param>
    public abstract CodePlace Interrupted(ulong frame, ulong caller);

    /// <summary>Where a thread of the kernel, or its visit to the kernel, begins.</summary>
    public abstract bool IsOutermost(string name);
}

/// <summary>amd64 (<c>sys/amd64/amd64/db_trace.c</c>).</summary>
internal sealed class Amd64Frames(KernelDump dump) : FrameRules
{
    /// <summary>
    /// Offset of <c>tf_rbp</c> in <c>struct trapframe</c>: what assembler code pushes, the same in 8 to 15
    /// (<c>sys/x86/include/frame.h</c>).
    /// </summary>
    private const ulong TrapFrame = 64;

    /// <summary>Offset of <c>tf_rip</c>.</summary>
    private const ulong TrapAddress = 152;

    public override CodePlace Saved(ulong pcb) => new(Pointer(pcb, "pcb_rip"), Pointer(pcb, "pcb_rbp"));

    public override ulong Return(ulong stored) => stored;

    public override bool IsTrapEntry(string name) =>
        name is "calltrap" or "mchk_calltrap" or "nmi_calltrap" or "Xdblfault" or "Xtimerint" or "Xxen_intr_upcall"
        || name.StartsWith("alltraps", StringComparison.Ordinal)
        || name.StartsWith("Xatpic_intr", StringComparison.Ordinal)
        || name.StartsWith("Xapic_isr", StringComparison.Ordinal);

    /// <summary>The entry has no frame of its own: registers follow the return address.</summary>
    public override CodePlace Interrupted(ulong frame, ulong caller) =>
        new(dump.Memory.UInt64(frame + 16 + TrapAddress) ?? 0, dump.Memory.UInt64(frame + 16 + TrapFrame) ?? 0);

    public override bool IsOutermost(string name) =>
        name is "fork_trampoline" or "mi_startup" or "btext" or "init_secondary"
        || name.StartsWith("Xfast_syscall", StringComparison.Ordinal)
        || name.StartsWith("fast_syscall_common", StringComparison.Ordinal);

    private ulong Pointer(ulong pcb, string member) =>
        dump.Types.Offset("pcb", member) is >= 0 and int offset ? dump.Memory.UInt64(pcb + (ulong)offset) ?? 0 : 0;
}

/// <summary>arm64 (<c>sys/arm64/arm64/{unwind,db_trace}.c</c>, <c>exception.S</c>).</summary>
internal sealed class Arm64Frames(KernelDump dump) : FrameRules
{
    private const ulong Upper = 0xffff_0000_0000_0000;

    /// <summary>x29 and x30 are the last two of <c>pcb_x</c>, which begins with x0 or, later, with x19.</summary>
    public override CodePlace Saved(ulong pcb)
    {
        if (dump.Types.Field("pcb", "pcb_x") is not { Size: >= 16 } registers)
        {
            return default;
        }

        ulong last = pcb + (ulong)(registers.Offset + registers.Size - 8);
        return new(Return(dump.Memory.UInt64(last) ?? 0), dump.Memory.UInt64(last - 8) ?? 0);
    }

    /// <summary>
    /// Return addresses may be signed: then the upper bits are a code, but for bit 55, which tells the kernel's.
    /// </summary>
    public override ulong Return(ulong stored) => (stored >> 55 & 1) != 0 ? stored | Upper : stored & ~Upper;

    public override bool IsTrapEntry(string name) =>
        name is "handle_el1h_sync" or "handle_el1h_irq" or "handle_el0_sync" or "handle_el0_irq" or "handle_serror"
            or "handle_empty_exception";

    /// <summary>
    /// The entry's frame lies right behind the registers, of which the last is the frame that was interrupted.
    /// </summary>
    public override CodePlace Interrupted(ulong frame, ulong caller)
    {
        int size = dump.Types.Find("trapframe")?.Size ?? 0;
        int address = dump.Types.Offset("trapframe", "tf_elr");
        ulong interrupted = dump.Memory.UInt64(caller - 8) ?? 0;
        return size > address && address >= 0
            ? new(Return(dump.Memory.UInt64(caller - (ulong)size + (ulong)address) ?? 0), interrupted)
            : new(Return(dump.Memory.UInt64(caller + 8) ?? 0), interrupted);
    }

    public override bool IsOutermost(string name) =>
        name is "fork_trampoline" or "mi_startup" or "virtdone" or "_start" or "init_secondary";
}
