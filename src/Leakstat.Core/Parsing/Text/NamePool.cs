using System.Text;

namespace Leakstat.Parsing.Text;

/// <summary>
/// Turns the bytes of a name into a string, the same bytes always into the same string, so that the names of a
/// thousand captures are allocated once. Not for several threads at a time.
/// </summary>
public sealed class NamePool(int capacity = 1_000_000)
{
    private string?[] _slots = new string?[1024];
    private uint[] _hashes = new uint[1024];

    /// <summary>Number of distinct names held.</summary>
    public int Count { get; private set; }

    /// <summary>The string of a name in UTF-8; invalid bytes become U+FFFD.</summary>
    public string Get(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return "";
        }

        uint hash = Hash(name);
        int mask = _slots.Length - 1;
        int slot = (int)hash & mask;
        while (_slots[slot] is { } held)
        {
            if (_hashes[slot] == hash && Matches(held, name))
            {
                return held;
            }

            slot = (slot + 1) & mask;
        }

        string created = Encoding.UTF8.GetString(name);

        // Names with invalid bytes never match their own string again; do not fill the pool with copies of them.
        if (Count < capacity && Matches(created, name))
        {
            _slots[slot] = created;
            _hashes[slot] = hash;
            if (++Count > _slots.Length / 2)
            {
                Grow();
            }
        }

        return created;
    }

    private static bool Matches(string held, ReadOnlySpan<byte> name)
    {
        if (held.Length == name.Length)
        {
            int i = 0;
            for (; i < name.Length; i++)
            {
                if (held[i] != name[i] || name[i] >= 0x80)
                {
                    break;
                }
            }

            if (i == name.Length)
            {
                return true;
            }
        }

        Span<byte> buffer = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(held, buffer, out int written) && name.SequenceEqual(buffer[..written]);
    }

    // FNV-1a: names are short, and the pool is bounded, so that collisions made on purpose cost little.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte b in name)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash ^ (hash >> 15);
    }

    private void Grow()
    {
        string?[] oldSlots = _slots;
        uint[] oldHashes = _hashes;
        _slots = new string?[oldSlots.Length * 2];
        _hashes = new uint[_slots.Length];
        int mask = _slots.Length - 1;
        for (int i = 0; i < oldSlots.Length; i++)
        {
            if (oldSlots[i] is not { } held)
            {
                continue;
            }

            int slot = (int)oldHashes[i] & mask;
            while (_slots[slot] is not null)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = held;
            _hashes[slot] = oldHashes[i];
        }
    }
}
