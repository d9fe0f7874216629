using Leakstat.Fuzz;

namespace Leakstat.Tests.Fuzz;

public class ShortFuzzTests
{
    [Fact]
    [Trait("Takes", "long")]
    public void Damaged_inputs_are_read_without_a_crash_a_hang_or_unbounded_memory()
    {
        int inputs = LongRuns.Times(3000, 200_000);
        var corpus = Corpus.Load(Given.Data(""));
        var run = new FuzzRun(corpus, seed: 20261120);
        IReadOnlyList<Failure> failures = run.Run(0, inputs, jobs: 2);
        Assert.Empty(failures);
        Assert.Equal(inputs, run.Done);
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
