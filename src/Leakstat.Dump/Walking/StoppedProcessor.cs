using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>
/// A panic stops the other processors by a non-maskable interrupt (<c>stop_cpus_hard</c>). Its handler has a stack of
/// its own, and
/// the registers saved for the processor are the handler's (<c>cpustop_handler</c>): where the thread was stands in the
/// trap frame
/// at the top of that stack (<c>nmi_calltrap</c>, <c>sys/amd64/amd64/exception.S</c>). amd64.
/// </summary>
internal static class StoppedProcessor
{
    /// <summary>Functions from the one that saved the registers to the trap frame: five on 12 to 15.</summary>
    private const int MostFrames = 32;

    /// <summary>Stacks of the handler have one page.</summary>
    private const ulong MostBytes = 4096;

    private const uint NonMaskable = 19;

    // struct trapframe: what assembler code pushes, the same in 8 to 15 (sys/x86/include/frame.h).
    private const ulong FramePointer = 64;
    private const ulong Number = 120;
    private const ulong Instruction = 152;
    private const ulong Segment = 160;
    private const ulong StackPointer = 176;

    /// <summary>
    /// Where the thread was; null where no such trap frame is found, or it says nothing of this stack.
    /// </summary>
    /// <param name="memory">Memory.</param>
    /// <param name="stopped">The registers saved for the processor.</param>
    /// <param name="stack">Lowest address of the thread's stack.</param>
    /// <param name="size">Its bytes.</param>
    public static SavedRegisters? Interrupted(VirtualMemory memory, SavedRegisters stopped, ulong stack, ulong size)
    {
        ulong frame = stopped.FramePointer;
        for (int i = 0; i < MostFrames && frame % 8 == 0 && memory.TryReadUInt64(frame, out ulong next); i++)
        {
            // The handler's first function saved the frame pointer that was interrupted, and so did the trap frame
            // behind it.
            ulong trap = frame + 16;
            if (memory.UInt32(trap + Number) == NonMaskable && memory.UInt64(trap + FramePointer) == next)
            {
                ulong at = memory.UInt64(trap + Instruction) ?? 0;
                if ((memory.UInt64(trap + Segment) & 3) == 3)
                {
                    // It ran user code: nothing of its kernel stack was in use.
                    return new SavedRegisters(stack + size, 0, at);
                }

                ulong pointer = memory.UInt64(trap + StackPointer) ?? 0;
                return pointer - stack < size ? new SavedRegisters(pointer, next, at) : null;
            }

            if (next <= frame || next - frame > MostBytes)
            {
                break;
            }

            frame = next;
        }

        return null;
    }
}
