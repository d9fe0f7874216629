using System.Text.RegularExpressions;
using Leakstat.Dump.Layouts;

namespace Leakstat.Dump.Tests.Types;

/// <summary>
/// <c>docs/references.md</c> says of every structure that is read, and of every release, whether its members were checked.
/// </summary>
public sealed partial class LayoutReferencesTests
{
    private static readonly string s_root = FindRoot();
    private static readonly string s_text = File.ReadAllText(Path.Combine(s_root, "docs", "references.md"));

    [Fact]
    public void Every_structure_that_is_read_has_a_row()
    {
        Dictionary<string, string[]> rows = Row().Matches(Section("## Members of structures"))
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Split('|', StringSplitOptions.TrimEntries)[..4], StringComparer.Ordinal);

        Assert.Equal(NeededFields.All.Select(f => f.Structure).Distinct().Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        foreach (NeededField field in NeededFields.All)
        {
            for (int major = 12; major <= 15; major++)
            {
                string cell = rows[field.Structure][major - 12];
                Assert.True(cell is "seen" or "read" or "told" or "–" or "none", $"{field.Structure} of {major}: {cell}");
                Assert.True(cell != "none" || !IsIn(field.Releases, major), $"{field.Structure} is read of {major}");
            }
        }
    }

    [Fact]
    public void Every_table_that_ships_has_a_row() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(s_root, "src", "Leakstat.Dump", "Layouts", "Data"), "*.tsv"),
        file => Assert.Contains($"| `{Path.GetFileName(file)}` |", s_text, StringComparison.Ordinal));

    /// <summary>A source is a repository and a commit, twelve digits of it.</summary>
    [Fact]
    public void Every_source_has_its_commit()
    {
        string[] rows = [.. Section("# What was checked, and where").Split('\n').Where(l => l.StartsWith("| 1", StringComparison.Ordinal) || l.StartsWith("| main", StringComparison.Ordinal))];

        Assert.Equal(7, rows.Length);
        Assert.All(rows, r => Assert.Matches(@"[\w.-]+/[\w.-]+ [0-9a-f]{12}", r));
    }

    private static bool IsIn(string releases, int major)
    {
        string[] ends = releases.Split('–');
        return int.Parse(ends[0], null) <= major && major <= int.Parse(ends[^1], null);
    }

    private static string Section(string heading)
    {
        int start = s_text.IndexOf(heading + "\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{heading} is missing");
        int end = s_text.IndexOf("\n## ", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? s_text[start..] : s_text[start..end];
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Leakstat.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the repository is not above the tests");
    }

    [GeneratedRegex(@"^\| `(\w+)` \|(.*)\|$", RegexOptions.Multiline, 5000)]
    private static partial Regex Row();
}
