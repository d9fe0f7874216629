using System.Text.RegularExpressions;
using Leakstat.Model;
using Leakstat.Tracing;
using Leakstat.Tracing.Programs;

namespace Leakstat.Tests.Tracing;

/// <summary><c>docs/references.md</c> says of every function that is probed, and of every release, whether it was checked.</summary>
public sealed partial class ProbeReferencesTests
{
    private static readonly string[] s_releases = ["12.4", "13.2", "14.2", "15.0"];

    [Fact]
    public void Every_function_that_is_probed_has_a_row()
    {
        Dictionary<string, string[]> rows = Rows();
        TraceSuspect[] suspects =
        [
            new(SuspectKind.Malloc, "temp"),
            new(SuspectKind.Zone, "socket"),
            new(SuspectKind.Kmem, TraceSuspect.Kmem),
            new(SuspectKind.Module, "leakmod.ko") { Module = new(0xffffffff818a8000, 0x3000) },
        ];
        for (int i = 0; i < s_releases.Length; i++)
        {
            string release = s_releases[i];
            foreach (string probe in suspects.SelectMany(s => DProgram.Read(TraceProgram.For(s, new TraceBounds(), FreeBsdRelease.Parse(release))).Probes)
                .Where(p => p.StartsWith("fbt:", StringComparison.Ordinal)).Distinct())
            {
                string function = probe.Split(':')[2];
                Assert.True(rows.TryGetValue(function, out string[]? cells), $"{function} has no row in docs/references.md");

                // A probe that the release does not have is left out there (zdefs).
                Assert.True(State().IsMatch(cells[i]), $"{function} of {release}: {cells[i]}");
            }
        }
    }

    /// <summary>What was seen to exist on 14.2 is in the list of a running kernel.</summary>
    [Fact]
    public void What_is_called_seen_was_seen()
    {
        string list = File.ReadAllText(Given.Data("dtrace-14.2/dtrace-l-memory-functions.txt"));

        Assert.All(
            Rows().Where(r => r.Value[2] == "seen" && !r.Key.StartsWith("memset_", StringComparison.Ordinal)),
            r => Assert.Matches($@"\s{r.Key} entry", list));
    }

    /// <summary>Cells of the four releases by function.</summary>
    private static Dictionary<string, string[]> Rows()
    {
        string text = File.ReadAllText(Path.Combine(Given.Root, "docs", "references.md"));
        string table = text[text.IndexOf("## Functions that are probed", StringComparison.Ordinal)..];
        return Row().Matches(table).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Split('|', StringSplitOptions.TrimEntries)[..4], StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\| `(\w+)` \|(.*)\|$", RegexOptions.Multiline, 5000)]
    private static partial Regex Row();

    [GeneratedRegex(@"^(seen|read|told|–|none)( \(\d+\.\d\))?$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex State();
}
