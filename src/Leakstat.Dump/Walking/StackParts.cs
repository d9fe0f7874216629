using System.Collections.Frozen;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>
/// What of a thread's stack holds anything. The functions that it stopped in, a panic's
/// (<c>sys/kern/kern_shutdown.c</c>) or those that
/// put it to sleep (<c>subr_sleepqueue.c</c>, <c>kern_synch.c</c>), own nothing, but their frames lie where others were
/// before, and have
/// words in them that nobody wrote since: only the registers that they saved for their callers count, which stand right
/// below the
/// frame pointer. amd64.
/// </summary>
internal static class StackParts
{
    /// <summary>rbx and r12 to r15, pushed behind the frame pointer.</summary>
    private const ulong SavedRegisters = 5 * 8;

    private const int MostFrames = 16;

    private static readonly FrozenSet<string> s_ownNothing = new[]
    {
        "dump_savectx", "doadump", "kern_reboot", "vpanic", "panic", "kassert_panic", "kdb_sysctl_panic", "trap_fatal",
        "trap_pfault", "sched_switch", "mi_switch", "_sleep", "msleep_spin_sbt", "pause_sbt", "turnstile_wait",
        "sleepq_switch", "sleepq_catch_signals", "sleepq_wait", "sleepq_wait_sig", "sleepq_timedwait",
        "sleepq_timedwait_sig", "_cv_wait", "_cv_wait_unlock", "_cv_wait_sig", "_cv_timedwait_sbt",
        "_cv_timedwait_sig_sbt",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// The parts of the stack that hold something, by ascending address: from the stack pointer to the end of the
    /// stack.
    /// </summary>
    /// <param name="context">What every walk needs.</param>
    /// <param name="thread">The thread; its registers are known.</param>
    /// <param name="registers">Where it was.</param>
    public static List<(ulong Address, ulong Length)> Live(
        WalkContext context, KernelThread thread, SavedRegisters registers)
    {
        var parts = new List<(ulong, ulong)>();
        ulong end = thread.Stack + thread.StackSize;
        ulong low = registers.StackPointer & ~7UL;
        ulong frame = registers.FramePointer;
        ulong code = registers.InstructionPointer;
        for (int i = 0; i < MostFrames && context.Identity.Architecture == "amd64"; i++)
        {
            // A return address may be the first of the next function where the call does not return.
            if (!context.Symbols.TryResolve(i == 0 ? code : code - 1, out KernelSymbol symbol)
                || symbol.Module != "kernel"
                || !s_ownNothing.Contains(symbol.Name)
                || frame % 8 != 0 || frame < low || frame - thread.Stack > thread.StackSize - 16
                || !context.Memory.TryReadUInt64(frame, out ulong next)
                || !context.Memory.TryReadUInt64(frame + 8, out code))
            {
                break;
            }

            ulong from = Math.Max(low, frame - SavedRegisters);
            parts.Add((from, frame + 16 - from));
            low = frame + 16;
            frame = next;
        }

        parts.Add((low, end - low));
        return parts;
    }
}
