using System.Buffers.Binary;
using System.Text;

namespace Leakstat.Captures.Text;

/// <summary>
/// Turns the bytes of a name into a string, the same bytes always into the same string, so that the names of a
/// thousand captures are allocated once. Not for several threads at a time.
/// </summary>
public sealed class NamePool(int capacity = 1_000_000)
{
    private const ulong Multiplier = 0x9e3779b97f4a7c15;
    private const int MostProbes = 64;

    private string?[] _slots = new string?[1024];
    private uint[] _hashes = new uint[1024];
    private int[] _followers = new int[1024];
    private int _last;

    /// <summary>Number of distinct names held.</summary>
    public int Count { get; private set; }

    /// <summary>The string of a name in UTF-8; invalid bytes become U+FFFD.</summary>
    public string Get(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return "";
        }

        // Captures are alike: behind a name comes most often the one that came behind it the last time.
        if (_slots[_followers[_last]] is { } guess && Ascii.Equals(name, guess))
        {
            _last = _followers[_last];
            return guess;
        }

        uint hash = Hash(name);
        int mask = _slots.Length - 1;
        int slot = (int)hash & mask;
        int probes = 0;
        while (_slots[slot] is { } held)
        {
            if (_hashes[slot] == hash && Matches(held, name))
            {
                Follow(slot);
                return held;
            }

            // Names made to collide are not searched for without end.
            if (++probes == MostProbes)
            {
                return Encoding.UTF8.GetString(name);
            }

            slot = (slot + 1) & mask;
        }

        string created = Encoding.UTF8.GetString(name);

        // Names with invalid bytes never match their own string again; do not fill the pool with copies of them.
        if (Count < capacity && Matches(created, name))
        {
            _slots[slot] = created;
            _hashes[slot] = hash;
            Follow(slot);
            if (++Count > _slots.Length / 2)
            {
                Grow();
            }
        }

        return created;
    }

    private void Follow(int slot)
    {
        _followers[_last] = slot;
        _last = slot;
    }

    private static bool Matches(string held, ReadOnlySpan<byte> name)
    {
        if (Ascii.Equals(name, held))
        {
            return true;
        }

        Span<byte> buffer = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(held, buffer, out int written) && name.SequenceEqual(buffer[..written]);
    }

    // Eight bytes at a time, each step a multiplication; good enough for names of hosts that mean no harm.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong hash = (ulong)name.Length * Multiplier;
        while (name.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name)) * Multiplier;
            hash ^= hash >> 32;
            name = name[8..];
        }

        ulong tail = 0;
        foreach (byte b in name)
        {
            tail = (tail << 8) | b;
        }

        hash = (hash ^ tail) * Multiplier;
        return (uint)(hash >> 32) ^ (uint)(hash >> 15);
    }

    private void Grow()
    {
        string?[] oldSlots = _slots;
        uint[] oldHashes = _hashes;
        _slots = new string?[oldSlots.Length * 2];
        _hashes = new uint[_slots.Length];
        _followers = new int[_slots.Length];
        _last = 0;
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
