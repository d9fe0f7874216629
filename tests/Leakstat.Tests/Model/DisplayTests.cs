using Leakstat.Model;

namespace Leakstat.Tests.Model;

public sealed class DisplayTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1, "1 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1048575, "1.0 MiB")] // 1023.999 KiB must not become "1024.0 KiB"
    [InlineData(6442450944, "6.0 GiB")]
    [InlineData(-73400320, "-70.0 MiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    [InlineData(long.MinValue, "-8.0 EiB")]
    public void Bytes_are_printed_in_binary_units(long bytes, string expected) =>
        Assert.Equal(expected, Display.Bytes(bytes));

    [Theory]
    [InlineData(1048576, "+1.0 MiB/h")]
    [InlineData(-1048576, "-1.0 MiB/h")]
    [InlineData(0.2, "0 B/h")]
    [InlineData(-0.2, "0 B/h")]
    [InlineData(double.NaN, "?/h")]
    public void Rates_carry_their_sign(double rate, string expected) => Assert.Equal(expected, Display.Rate(rate));

    [Theory]
    [InlineData(1250, "+1,250/h")]
    [InlineData(0.4, "+0.4/h")]
    [InlineData(-20, "-20/h")]
    [InlineData(0, "0.0/h")]
    public void Item_rates_carry_their_sign(double rate, string expected) =>
        Assert.Equal(expected, Display.ItemRate(rate));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.0001, "< 0.1 %")]
    [InlineData(0.012, "1.2 %")]
    [InlineData(0.973, "97 %")]
    [InlineData(0.9951, "99.5 %")]
    [InlineData(0.99999, "99.9 %")] // never "100 %" before it is
    [InlineData(1, "100 %")]
    [InlineData(1.37, "137 %")]
    [InlineData(-0.02, "-2.0 %")]
    public void Fractions_near_the_ends_keep_a_decimal(double fraction, string expected) =>
        Assert.Equal(expected, Display.Percent(fraction));

    [Fact]
    public void Counts_have_separators()
    {
        Assert.Equal("1,048,576", Display.Count(1048576));
        Assert.Equal("-9,223,372,036,854,775,808", Display.Count(long.MinValue));
        Assert.Equal("1 capture", Display.Count(1, "capture", "captures"));
        Assert.Equal("12 captures", Display.Count(12, "capture", "captures"));
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.25, "0.3 s")]
    [InlineData(45, "45 s")]
    [InlineData(59.6, "1 min")]
    [InlineData(3599, "1 h")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(31 * 86400 + 4 * 3600, "31 d 4 h")]
    [InlineData(400 * 86400, "400 d")]
    [InlineData(-90, "-2 min")]
    public void Durations_have_two_units_at_most(double seconds, string expected) =>
        Assert.Equal(expected, Display.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Times_are_UTC() => Assert.Equal(
        "2026-11-20 18:00 UTC",
        Display.Time(new DateTimeOffset(2026, 11, 20, 20, 0, 0, TimeSpan.FromHours(2))));
}
