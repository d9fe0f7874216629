using System.Text;

namespace Leakstat.Dump.Target;

/// <summary>The kernel's message buffer: a ring that the newest text stands in somewhere (<c>sys/kern/subr_msgbuf.c</c>).</summary>
internal static class MessageBuffer
{
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
                    text.Append(b is >= 0x20 and < 0x7f or (byte)'\n' or (byte)'\t' ? (char)b : b == (byte)'\r' ? '\n' : '?');
                }
            }
        }
    }
}
