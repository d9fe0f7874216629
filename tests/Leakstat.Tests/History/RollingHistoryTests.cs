using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Tests.History;

public sealed class RollingHistoryTests
{
    /// <summary>Held against every value that was ever added: what is kept is what was, at equal steps, its places with it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(100)]
    [InlineData(1000)]
    public void It_keeps_what_was_at_equal_steps(int captures)
    {
        var history = new RollingHistory(8);
        var random = new Random(captures);
        List<(long? A, long? B)> truth = [];
        List<int> taken = [];
        for (int i = 0; i < captures; i++)
        {
            (long? a, long? b) = (random.Next(4), random.Next(3) == 0 ? null : random.Next(3));
            truth.Add((a, b));
            if (history.Add(Capture(i, a, b), new Ledger()))
            {
                taken.Add(i);
            }

            if (taken[^1] != i)
            {
                continue;
            }

            HostHistory kept = history.Build();
            int[] samples = [.. kept.Samples.Select(s => int.Parse(s.Source))];
            Assert.Equal(i, samples[^1]);
            Assert.Equal(0, samples[0]);
            Assert.InRange(samples.Zip(samples.Skip(1), (first, second) => second - first).Distinct().Count(), 0, 1);
            Assert.InRange(samples.Length, Math.Min(i + 1, 5), 8);
            Series seriesA = kept.Find(SeriesKind.ZoneUsed, "a")!;
            Series? seriesB = kept.Find(SeriesKind.ZoneUsed, "b");
            for (int s = 0; s < samples.Length; s++)
            {
                Assert.Equal(truth[samples[s]].A, seriesA[s]);
                Assert.Equal(truth[samples[s]].B, seriesB?[s]);
            }

            Assert.Equal($"0/vmstat-z.txt", seriesA.FirstAt?.File.Path);
            Assert.Equal($"{i}/vmstat-z.txt", seriesA.LastAt?.File.Path);
            Assert.All(new[] { seriesB?.FirstAt, seriesB?.LastAt }, at => Assert.True(
                at is null || samples.Contains(int.Parse(at.Value.File.Path.Split('/')[0])), $"{at} is not kept"));
        }
    }

    private static Capture Capture(int number, long? a, long? b) => new()
    {
        Source = $"{number}",
        Host = new HostIdentity(),
        TakenAt = DateTimeOffset.UnixEpoch.AddSeconds(1_800_000_000 + number),
        Zones = new ZoneTable(
            new SourceFile($"{number}/vmstat-z.txt"),
            [.. new[] { ("a", a), ("b", b) }.Where(z => z.Item2 is not null).Select(z => new ZoneRow
            {
                Name = z.Item1, Size = 8, Limit = 0, Used = z.Item2!.Value, Free = 0, Requests = 0, Line = 1,
            })],
            hasCrossDomain: false),
    };
}
