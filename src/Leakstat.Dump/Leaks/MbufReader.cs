using System.Numerics;
using Leakstat.Dump.Marking;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// Which words of an mbuf are references (<c>sys/sys/mbuf.h</c>). An mbuf is not cleared when it is allocated: without
/// M_EXT the
/// place of <c>m_ext</c> is packet data, or what the last user left there, and would hold clusters that are lost. Data
/// is no
/// reference, but for control messages: descriptors on their way through a socket stand there as pointers to
/// <c>struct filedescent</c> (<c>unp_internalize</c>, <c>sys/kern/uipc_usrreq.c</c>).
/// </summary>
internal sealed class MbufReader : BlockReader
{
    // M_EXT and M_PKTHDR have had these values since 4.x, M_EXTPG this one since 13.0.
    private const uint HasExternal = 0x1;
    private const uint HasHeader = 0x2;
    private const uint IsUnmapped = 0x100;

    /// <summary>
    /// Most of a control message: <c>sbcreatecontrol</c> refuses more than a cluster (MCLBYTES) holds.
    /// </summary>
    private const uint MostControl = 2048;
    private readonly int _header;
    private readonly int _external;
    private readonly int _words;
    private readonly ulong _direct;
    private readonly bool _isOld;

    private MbufReader(int header, int external, int words, ulong direct, bool isOld)
    {
        _isOld = isOld;
        _header = header;
        _external = external;
        _words = words;
        _direct = direct;
    }

    /// <summary>Bytes from an mbuf's start to <c>m_ext</c>.</summary>
    public int ExternalOffset => _external * 8;

    /// <summary>Bytes of <c>m_ext</c> that refer to the storage: reference count, buffer and argument.</summary>
    public static int ExternalSize => 32;

    /// <summary>
    /// A reader for this kernel; null where its mbufs are laid out in a way that is not known, and are to be read
    /// whole.
    /// </summary>
    public static MbufReader? For(KernelDump dump, int itemSize)
    {
        KernelTypes types = dump.Types;
        int header = types.Offset("mbuf", "m_pkthdr");
        int external = types.Offset("mbuf", "m_ext");
        bool fits = header == 32 && external is >= 64 and <= 160 && external % 8 == 0;
        ulong direct = dump.Memory.Translation.DirectMapStart - dump.Memory.Translation.DirectMapPhysical;

        // In the short form (10 to 12: 1201000) m_ext has six words: count, buffer, size with type and flags, and what
        // frees it; in
        // the long one (1300139) pages may stand in place of the buffer. The offset of ext_buf tells.
        if (fits && types.Offset("m_ext", "ext_buf") == 8 && itemSize >= external + 48)
        {
            return new MbufReader(header / 8, external / 8, itemSize / 8, direct, isOld: true);
        }

        return fits
            && types.Offset("m_ext", "ext_buf") == 16
            && types.Offset("m_ext", "ext_arg2") == 24
            && types.Offset("m_ext", "ext_free") == 144
            && types.Offset("m_ext", "ext_arg1") == 152 && itemSize >= external + 160
            ? new MbufReader(header / 8, external / 8, itemSize / 8, direct, isOld: false)
            : null;
    }

    /// <summary>
    /// The data of a control message that lies in a cluster, which is not read for itself: more descriptors than an
    /// mbuf takes.
    /// Null for any other mbuf.
    /// </summary>
    /// <param name="data">The mbuf's third word, <c>m_data</c>.</param>
    /// <param name="state">Its fourth word: length, type, flags.</param>
    public static (ulong Address, ulong Length)? ControlOutside(ulong data, ulong state) =>
        MayHoldPointers(state)
            && (state >> 40 & HasExternal) != 0
            && (uint)state is > 0 and <= MostControl and uint length
            ? (data, length)
            : null;

    public override int Read(ReadOnlySpan<ulong> words, Span<WordRun> runs)
    {
        // m_len stands at 24; above it the type has 8 bits and the flags 24.
        uint flags = (uint)(words[3] >> 40);
        int count = 0;
        runs[count++] = new WordRun(0, 3);
        if ((flags & IsUnmapped) != 0 && !_isOld)
        {
            // Its pages stand as physical addresses where ext_buf would be, five of them.
            runs[count++] = new WordRun(_header, _words - _header);
            runs[count++] = new WordRun(_external + 2, 5, _direct);
            return count;
        }

        if ((flags & HasHeader) != 0)
        {
            runs[count++] = new WordRun(_header, _external - _header);
        }

        if ((flags & HasExternal) != 0)
        {
            runs[count++] = new WordRun(_external, _isOld ? 6 : ExternalSize / 8);
            if (!_isOld)
            {
                runs[count++] = new WordRun(_external + 18, 2);
            }
        }
        else if (MayHoldPointers(words[3]))
        {
            // Mbufs are aligned to their size, so that the low bits of m_data are the place in this one.
            int first = BitOperations.IsPow2(_words)
                ? Math.Max(_header, (int)(words[2] / 8 & (ulong)(_words - 1)))
                : _header;
            runs[count++] = new WordRun(first, (int)(Math.Min((uint)words[3], MostControl) + 7) / 8);
        }

        return count;
    }

    /// <summary>
    /// Whether the data may hold pointers: MT_CONTROL, and types that FreeBSD leaves to others (MT_VENDOR1 to MT_EXP4).
    /// </summary>
    private static bool MayHoldPointers(ulong state) =>
        (byte)(state >> 32) is 14 or (>= 4 and <= 7) or (>= 9 and <= 12);
}
