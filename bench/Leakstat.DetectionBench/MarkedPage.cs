namespace Leakstat.DetectionBench;

/// <summary>A page whose tables stand between two comments.</summary>
internal static class MarkedPage
{
    /// <summary>Puts a text between <c>&lt;!-- NAME: begin --&gt;</c> and <c>&lt;!-- NAME: end --&gt;</c>.</summary>
    /// <exception cref="InvalidDataException">The page lacks one of the two.</exception>
    public static void Refresh(string page, string name, string with)
    {
        string begin = $"<!-- {name}: begin -->", end = $"<!-- {name}: end -->", text = File.ReadAllText(page);
        int from = text.IndexOf(begin, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new InvalidDataException($"{page}: no lines {begin} and {end}");
        }

        File.WriteAllText(page, text[..(from + begin.Length)] + "\n" + with.ReplaceLineEndings("\n") + text[to..]);
    }
}
