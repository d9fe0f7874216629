using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>
/// What two looks at one message buffer share: it loses its oldest messages, so that the later look begins with what
/// the earlier one ends with. Only that tells messages of one text that came since from those that were there.
/// </summary>
internal static class BufferOverlap
{
    /// <summary>
    /// How many messages at the end of the earlier look are those that the later one begins with, the most that can be;
    /// 0 where they make less than half of the later one, and may be so by chance.
    /// </summary>
    public static int Of(ImmutableArray<KernelMessage> earlier, ImmutableArray<KernelMessage> later)
    {
        if (later.IsEmpty || earlier.IsEmpty)
        {
            return 0;
        }

        // Of every beginning of the later look the longest shorter one that it ends with (Knuth, Morris and Pratt).
        int[] shorter = new int[later.Length];
        for (int i = 1, length = 0; i < later.Length; i++)
        {
            length = Longer(later, shorter, length, later[i]);
            shorter[i] = length;
        }

        int shared = 0;
        foreach (KernelMessage message in earlier)
        {
            shared = Longer(later, shorter, shared == later.Length ? shorter[shared - 1] : shared, message);
        }

        return shared * 2 >= later.Length ? shared : 0;
    }

    private static int Longer(
        ImmutableArray<KernelMessage> later, int[] shorter, int length, KernelMessage message)
    {
        while (length > 0 && !IsSame(later[length], message))
        {
            length = shorter[length - 1];
        }

        return IsSame(later[length], message) ? length + 1 : length;
    }

    private static bool IsSame(KernelMessage one, KernelMessage other) =>
        one.Text == other.Text && one.Uptime == other.Uptime
        && one.IsLogged == other.IsLogged && one.Repeated == other.Repeated;
}
