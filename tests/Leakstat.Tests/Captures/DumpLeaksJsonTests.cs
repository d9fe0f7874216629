using System.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>A saved report of lost blocks, whole, cut and mangled.</summary>
public sealed class DumpLeaksJsonTests
{
    private const string Report = """
        {
          "schema": "leakstat.dumpleaks/1",
          "scanned": {"objects": 1000},
          "leaks": [
            {"kind": "malloc", "name": "malloc-256", "size": 256, "count": 3, "bytes": 768, "heads": 2, "losses": 2, "allocated": 9,
             "addresses": ["0x1000", "0x2000"],
             "candidates": [{"type": "a", "confidence": 0.5, "why": "w"}, {"type": "b", "confidence": 7}],
             "contents": [{"words": "0, self", "count": 2, "example": "0x1000", "stack": ["inner+0x1", "outer"]}],
             "samples": [{"address": "0x1000", "lines": ["+0x000 secret"]}]},
            {"kind": "zone", "name": "widget", "size": 64, "count": 1, "bytes": 64, "heads": 1}
          ],
          "coverage": {"missingPages": 5, "live": true}
        }
        """;

    [Fact]
    public void It_is_read_with_its_lines()
    {
        Capture capture = Given.Capture(("leaks.json", Report));
        LeakTable table = capture.Leaks!;

        Assert.Empty(capture.Diagnostics);
        Assert.Equal(("dump-leaks/json", 2), (capture.Files[0].Format, capture.Files[0].Rows));
        Assert.Equal((1000L, 5L, true), (table.Objects, table.MissingPages, table.IsLive));
        LeakGroup group = table.Groups[0];
        Assert.Equal((LeakKind.Malloc, "malloc-256", 256L, 3L, 2L, 2L, 9L, 5), (group.Kind, group.Name, group.Size, group.Count, group.Direct, group.MissingPointers, group.Allocated, group.Line));
        Assert.Equal([0x1000UL, 0x2000UL], group.Addresses);

        // A confidence of 7 is none.
        Assert.Equal(new TypeCandidate("a", null, 0.5, "w"), Assert.Single(group.Candidates));
        Assert.Equal(["inner+0x1", "outer"], Assert.Single(group.Contents).Stack);
        Assert.Equal(("caps/a/leaks.json:10", 1L, null), (table.At(table.Groups[1]).ToString(), table.Groups[1].MissingPointers, table.Groups[1].Allocated));
    }

    [Theory]
    [InlineData("\"count\": 3", "\"count\": -3")]
    [InlineData("\"count\": 3", "\"count\": 4")]
    [InlineData("\"size\": 256", "\"size\": 0")]
    [InlineData("\"size\": 256", "\"size\": 9999999999999999999999")]
    [InlineData("\"heads\": 2", "\"heads\": 4")]
    [InlineData("\"kind\": \"malloc\"", "\"kind\": \"other\"")]
    [InlineData("\"name\": \"malloc-256\"", "\"name\": \"\"")]
    public void A_group_that_cannot_be_is_skipped_and_reported(string right, string wrong)
    {
        Capture capture = Given.Capture(("leaks.json", Report.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Equal("widget", Assert.Single(capture.Leaks!.Groups).Name);
        Diagnostic problem = Assert.Single(capture.Diagnostics);
        Assert.Equal((DiagnosticId.BadNumber, "caps/a/leaks.json:5"), (problem.Id, problem.At.ToString()));
    }

    [Fact]
    public void Cut_anywhere_the_groups_that_are_whole_are_used()
    {
        int whole = Report.IndexOf("{\"kind\": \"zone\"", StringComparison.Ordinal);
        for (int length = Report.IndexOf("\"scanned\"", StringComparison.Ordinal); length < Report.Length - 1; length++)
        {
            Capture capture = Given.Capture(("leaks.json", Report[..length]));
            Assert.Contains(capture.Diagnostics, d => d.IsLoss);
            int groups = capture.Leaks?.Groups.Length ?? 0;
            Assert.True(length >= whole ? groups >= 1 : groups <= 1, $"{groups} groups, cut at {length}");
        }
    }

    [Fact]
    public void Mangled_it_is_read_as_far_as_it_goes()
    {
        var random = new Random(5);
        byte[] report = Encoding.UTF8.GetBytes(Report);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. report];
            for (int change = 0; change < 1 + random.Next(4); change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Capture capture = Leakstat.Captures.Sources.CaptureAssembly.Read(
                "caps/a", [("leaks.json", new ReadOnlyMemory<byte>(bytes))], new Leakstat.Captures.Text.NamePool(), Leakstat.Captures.ReadLimits.Default);
            Assert.All(capture.Leaks?.Groups ?? [], g => Assert.True(g.Count > 0 && g.Direct <= g.Count && g.Bytes > 0));
        }
    }
}
