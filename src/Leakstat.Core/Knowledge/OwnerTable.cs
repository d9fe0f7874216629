using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>Owners by name. The kernel cuts names to 31 characters when it prints them, so do the keys.</summary>
internal sealed class OwnerTable
{
    /// <summary>
    /// Longest name that <c>vmstat</c> prints (<c>sys/vm/uma.h</c>, <c>sys/sys/malloc.h</c>: 32 bytes with the NUL).
    /// </summary>
    private const int LongestName = 31;

    private readonly Dictionary<(bool IsZone, string Name), ImmutableArray<OwnerEntry>> _byName = [];
    private readonly List<(NamePattern Pattern, OwnerEntry Entry)> _patterns = [];

    public OwnerTable(ImmutableArray<OwnerEntry> entries)
    {
        Entries = entries;
        _byName.EnsureCapacity(entries.Length);
        foreach (OwnerEntry entry in entries)
        {
            if (NamePattern.Of(entry.Name) is { } pattern)
            {
                _patterns.Add((pattern, entry));
                continue;
            }

            var key = (entry.IsZone, Cut(entry.Name));
            _byName[key] = _byName.TryGetValue(key, out ImmutableArray<OwnerEntry> same) ? same.Add(entry) : [entry];
        }
    }

    public ImmutableArray<OwnerEntry> Entries { get; }

    public ImmutableArray<OwnerEntry> Find(bool isZone, string name)
    {
        if (_byName.TryGetValue((isZone, Cut(name)), out ImmutableArray<OwnerEntry> exact))
        {
            return exact;
        }

        return [.. _patterns.Where(p => p.Entry.IsZone == isZone && p.Pattern.Matches(name)).Select(p => p.Entry)];
    }

    private static string Cut(string name) => name.Length > LongestName ? name[..LongestName] : name;
}
