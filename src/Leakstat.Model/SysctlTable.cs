using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Leakstat.Model;

/// <summary>
/// Everything sysctl(8) said in a capture: <c>sysctl.txt</c>, <c>arcstats.txt</c> and other files joined. Values stay
/// bytes of the file until they are asked for.
/// </summary>
public sealed class SysctlTable
{
    /// <summary>Digits and separators of the largest number, and its sign.</summary>
    private const int LongestNumber = 32;

    private readonly Dictionary<string, Entry> _entries;

    /// <summary>
    /// Takes the entries, by name. A dictionary is taken over, not copied: leave it alone from then on.
    /// </summary>
    public SysctlTable(IEnumerable<KeyValuePair<string, Entry>> entries)
    {
        _entries = entries as Dictionary<string, Entry> ?? new Dictionary<string, Entry>(entries);
    }

    /// <summary>A table with nothing in it.</summary>
    public static SysctlTable Empty { get; } = new([]);

    /// <summary>Number of names.</summary>
    public int Count => _entries.Count;

    /// <summary>All names, in no particular order; sort before anything is printed.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>Names that were printed, and where each stands.</summary>
    public IEnumerable<(string Name, SourceLine At)> Places => _entries.Select(entry => (entry.Key, entry.Value.At));

    /// <summary>Whether the name was printed.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The raw entry.</summary>
    public bool TryGet(string name, out Entry entry) => _entries.TryGetValue(name, out entry);

    /// <summary>
    /// A whole number; null where the name is missing or its value is no number. A value above 2⁶³ is an
    /// underflowed or "unlimited" counter and is returned as the negative number it stands for.
    /// </summary>
    public Reading? Number(string name) =>
        _entries.TryGetValue(name, out Entry entry) && entry.Number is { } number
            ? new Reading(number, entry.At)
            : null;

    /// <summary>The first of several names that has a number: renamed sysctls, newest name first.</summary>
    public Reading? Number(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Number(name) is { } reading)
            {
                return reading;
            }
        }

        return null;
    }

    /// <summary>The value as text; null where the name is missing.</summary>
    public string? Text(string name) =>
        _entries.TryGetValue(name, out Entry entry) ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    /// <summary>A table in which some names have other values.</summary>
    /// <param name="values">Those names, new ones among them, and what they have there.</param>
    public SysctlTable With(IEnumerable<KeyValuePair<string, Entry>> values)
    {
        var changed = new Dictionary<string, Entry>(_entries);
        foreach ((string name, Entry entry) in values)
        {
            changed[name] = entry;
        }

        return new SysctlTable(changed);
    }

    /// <summary>File and line of a name.</summary>
    public bool TryLocate(string name, [NotNullWhen(true)] out SourceLine? at)
    {
        at = _entries.TryGetValue(name, out Entry entry) ? entry.At : null;
        return at is not null;
    }

    /// <summary>One value and where it stands.</summary>
    /// <param name="Value">The bytes behind <c>name: </c>, continuation lines included.</param>
    /// <param name="At">File and line.</param>
    public readonly record struct Entry(ReadOnlyMemory<byte> Value, SourceLine At)
    {
        /// <summary>The value as a whole number, as the table gives it; null where it is no whole number.</summary>
        public long? Number
        {
            get
            {
                scoped ReadOnlySpan<byte> text = Value.Span.Trim((byte)' ');
                Span<byte> plain = stackalloc byte[LongestNumber];
                if (GroupedNumber.TryUngroup(text, plain, out int length))
                {
                    text = plain[..length];
                }

                return Utf8Parser.TryParse(text, out long value, out int used) && used == text.Length ? value
                    : Utf8Parser.TryParse(text, out ulong wide, out used) && used == text.Length
                        ? unchecked((long)wide)
                    : null;
            }
        }
    }
}
