using System.Text;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Target;

/// <summary>
/// The kernel's message buffer: a ring that the newest text stands in somewhere (<c>sys/kern/subr_msgbuf.c</c>).
/// </summary>
internal static class MessageBuffer
{
    /// <summary>Where the ring lies; nothing where that cannot be told.</summary>
    public static (ulong Address, ulong Length) Range(VirtualMemory memory, KernelSymbols symbols, KernelTypes types)
    {
        ulong buffer = symbols.Address("msgbufp") is not 0 and ulong at ? memory.UInt64(at) ?? 0 : 0;
        int pointer = types.Offset("msgbuf", "msg_ptr");
        int size = types.Offset("msgbuf", "msg_size");
        return buffer == 0 || pointer < 0 || size < 0
            ? default
            : (memory.UInt64(buffer + (ulong)pointer) ?? 0, memory.UInt32(buffer + (ulong)size) ?? 0);
    }

    /// <summary>The text of the dump's ring, oldest first; null where it is not in the dump.</summary>
    public static string? Read(
        DumpFile file, VirtualMemory memory, KernelSymbols symbols, KernelTypes types, DumpLimits limits)
    {
        ulong buffer = symbols.Address("msgbufp") is not 0 and ulong at ? memory.UInt64(at) ?? 0 : 0;
        int pointer = types.Offset("msgbuf", "msg_ptr");
        int size = types.Offset("msgbuf", "msg_size");
        int next = types.Offset("msgbuf", "msg_wseq");
        long? place = buffer != 0 && next >= 0 ? memory.UInt32(buffer + (ulong)next) : null;
        if (!file.MessageBuffer.IsEmpty)
        {
            return Unroll(file.MessageBuffer.Span, place);
        }

        if (buffer == 0 || pointer < 0 || size < 0 || memory.UInt64(buffer + (ulong)pointer) is not { } start
            || memory.UInt32(buffer + (ulong)size) is not ({ } length and > 0) || length > (uint)limits.MessageBytes)
        {
            return null;
        }

        byte[] ring = new byte[length];
        return memory.TryRead(start, ring) ? Unroll(ring, place) : null;
    }

    /// <summary>The text in order, oldest first.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="next">Place of the next byte; null where it is not known.</param>
    public static string Unroll(ReadOnlySpan<byte> ring, long? next)
    {
        var text = new StringBuilder(ring.Length);
        if (next is >= 0 and { } place && ring.Length > 0)
        {
            int start = (int)(place % ring.Length);
            Append(ring[start..]);
            Append(ring[..start]);
        }
        else
        {
            Append(ring);
        }

        return text.ToString();

        void Append(ReadOnlySpan<byte> part)
        {
            foreach (byte b in part)
            {
                // What was never written is 0.
                if (b != 0)
                {
                    text.Append(
                        b is >= 0x20 and < 0x7f or (byte)'\n' or (byte)'\t' ? (char)b : b == (byte)'\r' ? '\n' : '?');
                }
            }
        }
    }
}
