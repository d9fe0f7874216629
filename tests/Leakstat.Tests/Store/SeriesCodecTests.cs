using Leakstat.Store.Errors;
using Leakstat.Store.Packing;

namespace Leakstat.Tests.Store;

/// <summary>What goes into a chunk comes out of it, whatever it is; what is no chunk is refused.</summary>
public sealed class SeriesCodecTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_series_comes_back(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 20; round++)
        {
            long?[] values = Make(random, random.Next(0, 1500));
            Assert.Equal(values, SeriesCodec.Decode(SeriesCodec.Encode(values), values.Length));
        }
    }

    [Fact]
    public void The_ends_of_the_range_come_back()
    {
        long?[] values = [long.MinValue, long.MaxValue, 0, -1, null, long.MaxValue, long.MinValue, long.MinValue, 1, null, null];

        Assert.Equal(values, SeriesCodec.Decode(SeriesCodec.Encode(values), values.Length));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 12)]
    [InlineData(4096, 12)]
    public void A_constant_and_a_steady_rise_take_a_few_bytes(long step, int most)
    {
        long?[] values = [.. Enumerable.Range(0, 1024).Select(i => (long?)(123_456 + (i * step)))];

        Assert.InRange(SeriesCodec.Encode(values).Length, 1, most);
    }

    [Fact]
    public void Rare_changes_cost_little_and_noise_costs_about_its_entropy()
    {
        var random = new Random(1);
        long?[] rare = [.. Enumerable.Range(0, 1024).Select(i => (long?)(i / 100 * 7))];
        long?[] noise = [.. Enumerable.Range(0, 1024).Select(_ => (long?)(50_000 + (random.Next(64) * 4096)))];

        Assert.InRange(SeriesCodec.Encode(rare).Length, 1, 48);

        // Six bits of entropy each: 768 bytes.
        Assert.InRange(SeriesCodec.Encode(noise).Length, 768, 960);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damaged_bytes_are_refused_or_read_as_something_and_never_crash(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 50; round++)
        {
            byte[] bytes = SeriesCodec.Encode(Make(random, 200));
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.Equal(200, SeriesCodec.Decode(bytes.AsSpan(0, random.Next(1, bytes.Length + 1)), 200).Length);
            }
            catch (StoreException)
            {
                // Refused: as well.
            }
        }
    }

    private static long?[] Make(Random random, int count)
    {
        long?[] values = new long?[count];
        long level = random.NextInt64(-1_000_000, 1_000_000_000);
        int kind = random.Next(7);
        long unit = random.Next(3) switch { 0 => 1, 1 => 4096, _ => random.Next(1, 5000) };
        double absent = random.Next(4) == 0 ? random.NextDouble() : 0;
        for (int i = 0; i < count; i++)
        {
            level = kind switch
            {
                0 => level,
                1 => level + unit,
                2 => level + (random.Next(-3, 4) * unit),
                3 => random.Next(20) == 0 ? level + (random.Next(-100, 100) * unit) : level,
                4 => random.NextInt64(long.MinValue, long.MaxValue),
                5 => random.Next(2) == 0 ? long.MinValue : long.MaxValue,
                _ => unchecked(level * 3),
            };
            values[i] = random.NextDouble() < absent ? null : level;
        }

        return values;
    }
}
