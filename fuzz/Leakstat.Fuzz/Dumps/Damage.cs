using System.Buffers.Binary;

namespace Leakstat.Fuzz.Dumps;

/// <summary>Damages bytes in place, remembers what was there, and puts it back.</summary>
internal sealed class Damage(byte[] bytes, int[] words)
{
    private static readonly ulong[] s_numbers =
    [
        0, 1, 2, 7, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 0x80000000, 0x100000000, 0x7fffffffffffffff, ulong.MaxValue,
        0x8000000000000000, 0xfffff80000000000, 0xfffffe0000000000, 0xffffffff80000000, 0xffffffff00000000, 4096, 4095,
    ];

    private readonly List<(int At, byte[] Was)> _changes = [];

    /// <summary>Bytes that are there; fewer than there were where the end is cut off.</summary>
    public int Length { get; private set; } = bytes.Length;

    /// <summary>Damages once or a few times.</summary>
    public void Do(SeededRandom random)
    {
        int times = 1 + random.Below(random.Percent(70) ? 4 : 60);
        for (int i = 0; i < times; i++)
        {
            Once(random);
        }

        if (random.Percent(3))
        {
            Length = random.Percent(50) ? random.Below(bytes.Length) : random.Below(Math.Min(bytes.Length, 20_000));
        }
    }

    /// <summary>Puts everything back.</summary>
    public void Undo()
    {
        for (int i = _changes.Count - 1; i >= 0; i--)
        {
            _changes[i].Was.CopyTo(bytes, _changes[i].At);
        }

        _changes.Clear();
        Length = bytes.Length;
    }

    private void Once(SeededRandom random)
    {
        // Headers are small and decide most; else where something stands.
        int at = random.Percent(15) ? random.Below(Math.Min(512, bytes.Length - 8)) : words[random.Below(words.Length)];
        int size = random.Below(4) switch
        {
            0 => 1,
            1 => 2,
            2 => 4,
            _ => 8,
        };
        if (size < 8)
        {
            at += random.Below(8 / size) * size;
        }

        at = Math.Min(at, bytes.Length - 8);
        Span<byte> value = stackalloc byte[8];
        ulong was = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
        BinaryPrimitives.WriteUInt64LittleEndian(value, random.Below(8) switch
        {
            0 => was ^ (1UL << random.Below(64)),
            1 => s_numbers[random.Below(s_numbers.Length)],
            2 => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(words[random.Below(words.Length)])),
            3 => was + (ulong)random.Below(4096) - 2048,
            4 => random.Next(),
            5 => was + 8,
            6 => (ulong)random.Below(1 << 16),
            _ => unchecked((ulong)-(long)random.Below(1 << 16)),
        });
        Put(at, value[..size]);
        if (random.Percent(5))
        {
            int length = 1 + random.Below(Math.Min(4096, bytes.Length - at));
            Put(at, random.Percent(50) ? new byte[length] : bytes.AsSpan(random.Below(bytes.Length - length), length).ToArray());
        }
    }

    private void Put(int at, ReadOnlySpan<byte> value)
    {
        _changes.Add((at, bytes[at..(at + value.Length)]));
        value.CopyTo(bytes.AsSpan(at));
    }
}
