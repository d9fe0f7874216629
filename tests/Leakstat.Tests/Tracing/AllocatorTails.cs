namespace Leakstat.Tests.Tracing;

/// <summary>One function that allocates, as its source of one release has it (<c>tests/data/allocator-tails.tsv</c>).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Its file.</param>
/// <param name="Returns">Whether it also returns by an instruction of its own.</param>
/// <param name="JumpsTo">Functions that it may end in by a jump.</param>
internal sealed record AllocatorTail(string Name, string Source, bool Returns, IReadOnlyList<string> JumpsTo);

/// <summary>The functions of one major release.</summary>
internal static class AllocatorTails
{
    public static Dictionary<string, AllocatorTail> Of(string major)
    {
        var tails = new Dictionary<string, AllocatorTail>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Given.Data("allocator-tails.tsv")))
        {
            string[] cells = line.Split('\t');
            if (!line.StartsWith('#') && cells[0] == major)
            {
                tails.Add(cells[1], new(cells[1], cells[2], cells[3] == "yes", cells[4] == "-" ? [] : cells[4].Split(',')));
            }
        }

        Assert.NotEmpty(tails);
        return tails;
    }
}
