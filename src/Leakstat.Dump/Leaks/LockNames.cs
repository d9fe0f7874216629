namespace Leakstat.Dump.Leaks;

/// <summary>
/// Names of locks in a block: <c>struct lock_object</c> is a name, flags, and what witness(4) keeps
/// (<c>sys/sys/_lock.h</c>).
/// </summary>
internal static class LockNames
{
    // LO_INITIALIZED, and the classes that there are: spin, sleep, sx, rm, sleepable rm, rw, lockmgr (sys/sys/lock.h).
    private const uint Initialized = 0x10000;
    private const uint Unused = 0xc000_0000;
    private const int Classes = 7;

    /// <summary>The names of the locks that stand in a block, each once.</summary>
    public static IReadOnlyList<string> In(KernelDump dump, BlockContent content, ReadOnlySpan<ulong> words)
    {
        List<string>? names = null;
        for (int i = 0; i + 1 < words.Length; i++)
        {
            uint flags = (uint)words[i + 1];
            if ((flags & (Initialized | Unused)) == Initialized
                && (flags >> 24 & 15) < Classes
                && content.IsInFile(words[i])
                && dump.Memory.String(words[i], 64) is { Length: >= 3 } name
                && !name.AsSpan().ContainsAny('?', '\n', '\t')
                && names?.Contains(name) != true)
            {
                (names ??= []).Add(name);
            }
        }

        return names ?? (IReadOnlyList<string>)[];
    }

    /// <summary>
    /// Whether a lock's name is that of a malloc type, but for what kind of lock it is: <c>kqueue</c>, <c>pipe
    /// mutex</c>.
    /// </summary>
    public static bool Names(string lockName, string type)
    {
        ReadOnlySpan<char> name = lockName;
        foreach (
            string kind in (ReadOnlySpan<string>)[" mutex", " lock", " mtx", " rwlock", " sx", "_mtx", "_lock", "_sx"])
        {
            if (name.EndsWith(kind, StringComparison.OrdinalIgnoreCase))
            {
                name = name[..^kind.Length];
                break;
            }
        }

        return name.Equals(type, StringComparison.OrdinalIgnoreCase);
    }
}
