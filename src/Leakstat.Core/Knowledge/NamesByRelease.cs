namespace Leakstat.Knowledge;

/// <summary>What became of a name with a release (<c>Knowledge/Data/names-by-release.tsv</c>).</summary>
internal static class NamesByRelease
{
    /// <summary>Remarks on a zone's or type's name; empty where it never changed.</summary>
    public static IEnumerable<string> Of(bool isZone, string name)
    {
        foreach (string line in BuiltInKnowledge.Text("names-by-release.tsv").Split('\n'))
        {
            if (line.StartsWith('#') || line.Split('\t') is not [var kind, var pattern, var remark]
                || kind != (isZone ? "zone" : "malloc"))
            {
                continue;
            }

            if (pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern)
            {
                yield return remark;
            }
        }
    }
}
