namespace Leakstat.Reports.Forms.Text;

/// <summary>How far two names are apart: Levenshtein's distance without regard to case.</summary>
public static class NameDistance
{
    private const int LongestName = 64;

    /// <summary>Insertions, removals and replacements from one to the other.</summary>
    public static int Between(string a, string b)
    {
        if (a.Length > LongestName || b.Length > LongestName)
        {
            return Math.Max(a.Length, b.Length);
        }

        Span<int> row = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                int next = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
                diagonal = row[j];
                row[j] = next;
            }
        }

        return row[b.Length];
    }
}
