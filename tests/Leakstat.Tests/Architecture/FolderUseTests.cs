using System.Text.RegularExpressions;

namespace Leakstat.Tests.Architecture;

/// <summary>Folders are layers: no circle, nothing lower uses anything higher, and a namespace is the folder it is in.</summary>
public sealed partial class FolderUseTests
{
    private static readonly FolderUse[] s_uses =
    [
        .. Layers.All.SelectMany(a => TypeUses.Of(Path.Combine(AppContext.BaseDirectory, a.Assembly + ".dll")).Uses),
    ];

    [Fact]
    public void Only_the_circles_that_are_listed_are_left()
    {
        string[] found = [.. Circles().Select(c => string.Join(", ", c)).Order(StringComparer.Ordinal)];
        string ways = string.Join("\n", Circles().SelectMany(
            c => s_uses.Where(u => c.Contains(Layers.Folder(u.From)) && c.Contains(Layers.Folder(u.To))).Select(u => $"{u.From} uses {u.To}: {u.Example}")));

        Assert.True(Layers.CirclesLeft.SequenceEqual(found), $"expected {string.Join("; ", Layers.CirclesLeft)}\nfound {string.Join("; ", found)}\n{ways}");
    }

    [Fact]
    public void No_folder_uses_one_that_is_above_it_or_beside_it()
    {
        List<string> wrong = [];
        foreach (FolderUse use in s_uses)
        {
            (int row, string named) = Layers.PlaceOf(Layers.Folder(use.From));
            (int usedRow, string used) = Layers.PlaceOf(Layers.Folder(use.To));
            if (IsInListedCircle(use))
            {
                continue;
            }

            if (row < 0 || usedRow < 0 || usedRow > row || (usedRow == row && named != used))
            {
                wrong.Add($"{use.From} (row {row}) uses {use.To} (row {usedRow}): {use.Example}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void The_walk_sees_uses_in_bodies_signatures_and_base_types()
    {
        // Each by another part of the metadata; where one is missing, the tests above prove nothing.
        Assert.Contains(s_uses, u => u is { From: "Leakstat.Diagnosis.Engine", To: "Leakstat.Diagnosis.Rules" });
        Assert.Contains(s_uses, u => u is { From: "Leakstat.Diagnosis.Rules", To: "Leakstat.Diagnosis.Contracts" });
        Assert.Contains(s_uses, u => u is { From: "Leakstat.Diagnosis.Contracts", To: "Leakstat.Detection" });
        Assert.Contains(s_uses, u => u is { From: "Leakstat.Cli", To: "Leakstat.Cli.Commands" });
    }

    [Fact]
    public void A_namespace_is_the_folder_that_its_file_is_in()
    {
        List<string> wrong = [];
        foreach (string file in Sources())
        {
            string folder = Path.GetRelativePath(Path.Combine(Given.Root, "src"), Path.GetDirectoryName(file)!).Replace('/', '.');
            string expected = folder.StartsWith("Leakstat.Core", StringComparison.Ordinal) ? "Leakstat" + folder["Leakstat.Core".Length..] : folder;
            if (Namespace().Match(File.ReadAllText(file)) is { Success: true } match && match.Groups["name"].Value != expected)
            {
                wrong.Add($"{file}: {match.Groups["name"].Value}, not {expected}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Every_folder_has_a_row_and_every_row_a_folder()
    {
        string[] folders =
        [
            .. Layers.All.SelectMany(a => TypeUses.Of(Path.Combine(AppContext.BaseDirectory, a.Assembly + ".dll")).Folders).Select(Layers.Folder),
        ];
        string[] named = [.. Layers.All.SelectMany(a => a.Rows).SelectMany(r => r.Split(" | "))];

        Assert.All(folders, f => Assert.True(Layers.PlaceOf(f).Row >= 0, $"{f} has no row"));
        Assert.All(named, n => Assert.True(folders.Any(f => Layers.PlaceOf(f).Named == n), $"no folder is in {n}"));
    }

    [Fact]
    public void The_document_shows_the_same_rows()
    {
        string[] lines = [.. File.ReadAllLines(Path.Combine(Given.Root, "docs", "architecture.md")).Select(l => l.Trim())];
        string[] expected = [.. Layers.All.SelectMany(a => a.Rows.Reverse())];
        string[] shown = [.. lines.Where(expected.Contains)];

        Assert.Equal(expected.Order(StringComparer.Ordinal), shown.Distinct().Order(StringComparer.Ordinal));
        Assert.All(Layers.All, a => Assert.Equal(a.Rows.Reverse(), shown.Where(a.Rows.Contains)));
    }

    /// <summary>What is known to be wrong is in the list of circles, and counts once.</summary>
    private static bool IsInListedCircle(FolderUse use) => Layers.CirclesLeft.Select(c => c.Split(", "))
        .Any(c => c.Contains(Layers.Folder(use.From)) && c.Contains(Layers.Folder(use.To)));

    /// <summary>Groups of folders that use each other in a circle, each in order of names.</summary>
    private static List<string[]> Circles()
    {
        ILookup<string, string> uses = s_uses.ToLookup(u => Layers.Folder(u.From), u => Layers.Folder(u.To));
        Dictionary<string, HashSet<string>> reached = uses.ToDictionary(u => u.Key, u => Reached(u.Key, uses));
        return
        [
            .. reached.Keys.Where(f => reached[f].Contains(f))
                .GroupBy(f => string.Join(", ", reached[f].Where(g => reached.TryGetValue(g, out HashSet<string>? back) && back.Contains(f)).Order(StringComparer.Ordinal)))
                .Select(g => g.Key.Split(", ")),
        ];
    }

    private static HashSet<string> Reached(string from, ILookup<string, string> uses)
    {
        var reached = new HashSet<string>();
        var waiting = new Stack<string>(uses[from]);
        while (waiting.TryPop(out string? folder))
        {
            if (reached.Add(folder))
            {
                foreach (string next in uses[folder])
                {
                    waiting.Push(next);
                }
            }
        }

        return reached;
    }

    private static IEnumerable<string> Sources() => Directory
        .EnumerateFiles(Path.Combine(Given.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Namespace();
}
