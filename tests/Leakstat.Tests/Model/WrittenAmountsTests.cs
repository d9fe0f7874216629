using Leakstat.Model;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Model;

/// <summary>Sizes as people write them: one reading for every option and file of settings.</summary>
public sealed class WrittenAmountsTests
{
    [Theory]
    [InlineData("500", 500)]
    [InlineData("500K", 500L << 10)]
    [InlineData("500k", 500L << 10)]
    [InlineData("20m", 20L << 20)]
    [InlineData("2g", 2L << 30)]
    [InlineData("1T", 1L << 40)]
    public void A_size_is_read_with_a_large_or_a_small_unit(string text, long bytes) => Assert.Equal(bytes, WrittenAmounts.Size(text));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("0k")]
    [InlineData("-5m")]
    [InlineData("5 m")]
    [InlineData("5mb")]
    [InlineData("99999999999T")]
    public void What_is_no_size_is_none(string text) => Assert.Null(WrittenAmounts.Size(text));

    [Theory]
    [InlineData("history", "prune", "--store", "x", "--max-size", "500")]
    [InlineData("history", "prune", "--store", "x", "--max-size", "")]
    [InlineData("history", "prune", "--store", "x", "--max-size", "0m")]
    public void What_data_are_dropped_by_needs_a_unit(params string[] args)
    {
        CommandRun run = CommandRun.Of(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("takes a size like 500M", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("history", "prune", "--store", "nowhere", "--max-size", "500m")]
    [InlineData("history", "export", "--store", "nowhere", "--remote-write", "http://127.0.0.1:1", "--queue", "nowhere/queue", "--queue-size", "500m")]
    public void A_small_unit_is_taken_everywhere(params string[] args) =>
        Assert.DoesNotContain("takes a size like", CommandRun.Of(args).Error, StringComparison.Ordinal);
}
