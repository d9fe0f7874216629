using System.Text;
using Leakstat.Store.Errors;
using Leakstat.Store.Packing;

namespace Leakstat.Store;

/// <summary>One capture as the store holds it: source, mark and a value per series of its host.</summary>
/// <param name="Source">The capture's source.</param>
/// <param name="Mark">What tells it from other captures, <see cref="MarkLength"/> bytes.</param>
/// <param name="Values">Values by number of the series; those beyond the end are absent.</param>
internal sealed record StoredRow(string Source, byte[] Mark, long?[] Values)
{
    /// <summary>Bytes of a mark: twelve of a SHA-256, which no two of a trillion captures share by chance.</summary>
    public const int MarkLength = 12;

    /// <summary>Most series of one host.</summary>
    public const int MostSeries = 1 << 20;

    private const int MostSource = 1 << 16;

    /// <summary>Value of a series; null where absent.</summary>
    public long? this[int series] => series < Values.Length ? Values[series] : null;

    /// <summary>The row as bytes: what differs from the row before it.</summary>
    public byte[] Encode(StoredRow? before)
    {
        List<byte> output = [];
        byte[] source = Encoding.UTF8.GetBytes(Source);
        PackedNumber.Unsigned(output, (ulong)source.Length);
        output.AddRange(source);
        output.AddRange(Mark);
        int last = -1;
        int end = Math.Max(Values.Length, before?.Values.Length ?? 0);
        for (int i = 0; i < end; i++)
        {
            long? value = this[i];
            long? old = before?[i];
            if (value != old)
            {
                PackedNumber.Unsigned(output, ((ulong)(i - last) << 1) | (value is null ? 1UL : 0));
                last = i;
                if (value is { } number)
                {
                    PackedNumber.Signed(output, unchecked(number - (old ?? 0)));
                }
            }
        }

        return [.. output];
    }

    /// <summary>The row again.</summary>
    public static StoredRow Decode(ReadOnlySpan<byte> bytes, StoredRow? before)
    {
        var reader = new ByteReader(bytes);
        string source = Encoding.UTF8.GetString(reader.Take(reader.Count(MostSource)));
        byte[] mark = reader.Take(MarkLength).ToArray();
        long?[] values = before is null ? [] : [.. before.Values];
        int count = values.Length;
        int at = -1;
        while (!reader.IsAtEnd)
        {
            int step = reader.Count(2 * MostSeries);
            at += step >> 1;
            if (at is < 0 or >= MostSeries)
            {
                throw StoreException.Damaged();
            }

            if (at >= values.Length)
            {
                Array.Resize(ref values, Math.Max(at + 1, Math.Min(2 * values.Length, MostSeries)));
            }

            count = Math.Max(count, at + 1);
            values[at] = (step & 1) != 0 ? null : unchecked(reader.Signed() + (values[at] ?? 0));
        }

        Array.Resize(ref values, count);
        return new StoredRow(source, mark, values);
    }
}
