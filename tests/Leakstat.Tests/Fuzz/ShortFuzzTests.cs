using Leakstat.Fuzz;
using Leakstat.Fuzz.Mutilations;

namespace Leakstat.Tests.Fuzz;

public class ShortFuzzTests
{
    [Fact]
    [Trait("Takes", "long")]
    public void Damaged_inputs_are_read_without_a_crash_a_hang_or_unbounded_memory()
    {
        int inputs = LongRuns.Times(3000, 200_000);
        var corpus = Corpus.Load(Given.Data(""));
        var run = new FuzzRun(corpus, seed: 20261120) { InputTime = LongRuns.Patience };
        IReadOnlyList<Failure> failures = run.Run(0, inputs, jobs: 2);
        Assert.Empty(failures);
        Assert.Equal(inputs, run.Done);
    }

    [Fact]
    public void Mutilated_captures_are_read_as_they_were_or_what_is_lost_is_named()
    {
        var target = MutilationTarget.Load(Given.Data("freebsd-14.2-fresh-boot"), Given.Data("freebsd-14.2-zfs-arc-full"));
        IReadOnlyList<Failure> failures = new FuzzRun(target, seed: 20261127) { InputTime = LongRuns.Patience }.Run(0, 800, jobs: 2);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.All(
            target.Counts.Where(count => count.Key.IsReversible() && count.Key != MutilationKind.Wrap),
            count => Assert.True(count.Value.Same >= 0.95 * count.Value.All, $"{count.Key}: {count.Value.Same} of {count.Value.All}"));
    }

    [Fact]
    public void An_input_depends_on_its_number_alone()
    {
        var corpus = Corpus.Load(Given.Data("freebsd-14.2-fresh-boot"));
        Assert.Equal(
            Enumerable.Range(0, 200).Select(i => Text(corpus, i)), Enumerable.Range(0, 200).Select(i => Text(corpus, i)));
        Assert.True(Enumerable.Range(0, 200).Select(i => Text(corpus, i)).Distinct().Count() > 150);
    }

    private static string Text(Corpus corpus, int number)
    {
        Leakstat.Captures.Sources.ISourceNode node = InputMaker.Make(corpus, 1, number);
        while (node.IsFolder)
        {
            node = node.Children().First();
        }

        using Stream stream = node.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Convert.ToHexString(memory.ToArray());
    }
}
