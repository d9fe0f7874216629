namespace Leakstat.Captures.Secrets;

/// <summary>
/// Words, which may have points and dashes within, found where they stand alone in a text: by the run of letters and
/// digits that they begin with, then longest first. A look-up takes as many steps as words of that beginning have
/// lengths.
/// </summary>
/// <param name="comparer">Whether case counts.</param>
internal sealed class WordTable<T>(StringComparer comparer)
{
    private const int LongestRun = 64;
    private const int MostLengths = 64;

    private readonly Dictionary<string, SortedSet<int>> _lengths = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, T> _words = new(comparer);

    /// <summary>How many words there are.</summary>
    public int Count => _words.Count;

    /// <summary>The words.</summary>
    public IEnumerable<string> Words => _words.Keys;

    /// <summary>Adds a word; one that begins with no letter or digit cannot be found and is left out.</summary>
    public void Add(string word, T value)
    {
        int run = RunEnd(word, 0);
        if (run is 0 or > LongestRun || !_words.TryAdd(word, value))
        {
            return;
        }

        string first = word[..run];
        if (!_lengths.TryGetValue(first, out SortedSet<int>? lengths))
        {
            _lengths[first] = lengths = [];
        }

        if (lengths.Count < MostLengths)
        {
            lengths.Add(word.Length);
        }
    }

    /// <summary>The value of a word.</summary>
    public bool TryGet(string word, out T? value) => _words.TryGetValue(word, out value);

    /// <summary>Length of the longest word that stands alone at a place in a text; 0 where there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where a run of letters and digits begins.</param>
    /// <param name="value">What was added with it.</param>
    public int Find(string text, int at, out T? value)
    {
        value = default;
        int end = RunEnd(text, at);
        if (end - at > LongestRun
            || !_lengths.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(
                text.AsSpan(at, end - at), out SortedSet<int>? lengths))
        {
            return 0;
        }

        Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> words =
            _words.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (int length in lengths.Reverse())
        {
            int behind = at + length;
            if (behind <= text.Length && (behind == text.Length || !char.IsAsciiLetterOrDigit(text[behind]))
                && words.TryGetValue(text.AsSpan(at, length), out value))
            {
                return length;
            }
        }

        return 0;
    }

    private static int RunEnd(string text, int at)
    {
        while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
        {
            at++;
        }

        return at;
    }
}
