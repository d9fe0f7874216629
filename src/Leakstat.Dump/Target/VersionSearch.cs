namespace Leakstat.Dump.Target;

/// <summary>Finds the version text of a kernel that is not at hand, to say which one is wanted.</summary>
internal static class VersionSearch
{
    private const ulong KernelBase = 0xffff_ffff_8000_0000;
    private const ulong Searched = 96 << 20;

    /// <summary>
    /// The first text of the form <c>FreeBSD 14.2-…</c> with a line end in it, in the kernel's image; null where there
    /// is none.
    /// </summary>
    public static string? Find(VirtualMemory memory)
    {
        ulong start = memory.Translation.IsDirectMap(KernelBase) || memory.Translation.KernelStart > KernelBase
            ? memory.Translation.KernelStart
            : KernelBase;
        for (ulong at = start; at < start + Searched; at += (ulong)memory.PageSize)
        {
            ReadOnlySpan<byte> page = memory.ToPageEnd(at);
            for (int place = 0; page.Length - place > 16; place++)
            {
                int found = page[place..].IndexOf("FreeBSD "u8);
                if (found < 0)
                {
                    break;
                }

                place += found;
                if (page.Length - place > 12
                    && char.IsAsciiDigit((char)page[place + 8])
                    && Text(memory, at + (ulong)place) is { } text)
                {
                    return text;
                }
            }
        }

        return null;
    }

    private static string? Text(VirtualMemory memory, ulong address) =>
        memory.String(address, 512) is { } text
            && text.Contains('\n', StringComparison.Ordinal)
            && KernelIdentity.ReleaseIn(text) is not null
            ? text
            : null;
}
