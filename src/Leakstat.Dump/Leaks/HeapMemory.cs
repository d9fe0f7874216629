using Leakstat.Dump.Marking;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Leaks;

/// <summary>The kernel's memory as the mark engine reads it.</summary>
internal sealed class HeapMemory(VirtualMemory memory) : MarkMemory
{
    public override ReadOnlySpan<byte> ToPageEnd(ulong address) => memory.ToPageEnd(address);
}
