using System.Buffers.Binary;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>Short ways to read members of structures.</summary>
internal static class KernelReading
{
    /// <summary>A pointer member; 0 where it cannot be read or the member is not there.</summary>
    public static ulong Pointer(this VirtualMemory memory, ulong structure, int offset) =>
        offset >= 0 && memory.TryReadUInt64(structure + (ulong)offset, out ulong value) ? value : 0;

    /// <summary>A 32-bit member; 0 where it cannot be read or the member is not there.</summary>
    public static uint Int32(this VirtualMemory memory, ulong structure, int offset) =>
        offset >= 0 && memory.TryReadUInt32(structure + (ulong)offset, out uint value) ? value : 0;

    /// <summary>A 16-bit member; 0 where it cannot be read or the member is not there.</summary>
    public static ushort Int16(this VirtualMemory memory, ulong structure, int offset)
    {
        Span<byte> bytes = stackalloc byte[2];
        return offset >= 0 && memory.TryRead(structure + (ulong)offset, bytes)
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
            : (ushort)0;
    }

    /// <summary>An 8-bit member; 0 where it cannot be read or the member is not there.</summary>
    public static byte Int8(this VirtualMemory memory, ulong structure, int offset)
    {
        Span<byte> bytes = stackalloc byte[1];
        return offset >= 0 && memory.TryRead(structure + (ulong)offset, bytes) ? bytes[0] : (byte)0;
    }

    /// <summary>
    /// The sum of a per-CPU counter (<c>counter_u64_t</c>) over all CPUs, modulo 2⁶⁴; null where it cannot be read.
    /// </summary>
    /// <param name="memory">Memory.</param>
    /// <param name="stored">The pointer as stored.</param>
    /// <param name="machine">CPUs.</param>
    public static ulong? Counter(this VirtualMemory memory, ulong stored, Machine machine)
    {
        if (stored == 0)
        {
            return null;
        }

        ulong sum = 0;
        for (int cpu = 0; cpu < machine.CpuIds; cpu++)
        {
            if (!memory.TryReadUInt64(
                stored + machine.PerCpuBase + ((ulong)cpu * (ulong)machine.PerCpuStride), out ulong value))
            {
                return null;
            }

            sum += value;
        }

        return sum;
    }
}

/// <summary>Tells whether a list runs in a circle, without keeping what was seen (Brent's way).</summary>
internal struct CircleCheck
{
    private ulong _mark;
    private long _steps;
    private long _limit;

    /// <summary>Whether the address was seen on the way.</summary>
    public bool IsCircle(ulong address)
    {
        if (address == _mark && _limit > 0)
        {
            return true;
        }

        if (_steps == _limit)
        {
            _mark = address;
            _limit = Math.Max(1, _limit * 2);
            _steps = 0;
        }

        _steps++;
        return false;
    }
}
