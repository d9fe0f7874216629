using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>Bounds that no other test crosses, and what no bound may be.</summary>
public sealed class ReadLimitsTests
{
    private const string Head = "ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP\n";
    private const string Row = "mbuf:                   256, 1000000,    500,     100,    9000,   0,   0\n";

    [Fact]
    public void A_bound_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadLimits { FileBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadLimits { FileBytes = int.MaxValue });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadLimits { Rows = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadLimits { DocumentDepth = 65 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadLimits { ArchiveBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadLimits.Default with { NameBytes = 0 });
    }

    [Fact]
    public void A_line_beyond_the_bound_is_skipped_and_named()
    {
        string text = $"root@fw:~ # vmstat -z\n{Head}{Row}{new string('x', 200)}\n{Row.Replace("mbuf", "sock", StringComparison.Ordinal)}";
        Capture capture = GivenText.Read("a.txt", text, new ReadLimits { LineBytes = 120 });
        Assert.Equal(["mbuf", "sock"], capture.Zones!.Rows.Select(z => z.Name));
        Assert.Equal((DiagnosticId.LineTooLong, 4), (Assert.Single(capture.Diagnostics).Id, capture.Diagnostics[0].At.Line));
    }

    [Fact]
    public void A_name_beyond_the_bound_is_no_name()
    {
        Capture capture = GivenText.Read(
            "z.txt", Head + Row + "a_zone_of_a_long_name:  256, 0, 1, 2, 3, 0, 0\n", new ReadLimits { NameBytes = 8 });
        Assert.Equal("mbuf", Assert.Single(capture.Zones!.Rows).Name);
        Assert.Equal((DiagnosticId.BadLine, 3), (Assert.Single(capture.Diagnostics).Id, capture.Diagnostics[0].At.Line));
    }

    [Fact]
    public void A_document_nested_beyond_the_bound_is_used_as_far_as_it_goes()
    {
        string text = """
            {"vmstat": {"memory-zone-statistics": {"zone": [{"name":"mbuf","size":256,"limit":0,"used":5,"free":1,"requests":9},
            {"name":"deep","size":[[[[1]]]]}]}}}
            """;
        Capture capture = GivenText.Read("z.json", text, new ReadLimits { DocumentDepth = 6 });
        Assert.Equal("mbuf", Assert.Single(capture.Zones!.Rows).Name);
        Assert.Equal((DiagnosticId.TooDeep, 2), (Assert.Single(capture.Diagnostics).Id, capture.Diagnostics[0].At.Line));
    }

    [Fact]
    public void Problems_beyond_the_bound_are_counted()
    {
        string text = Head + Row + string.Concat(Enumerable.Range(0, 9).Select(i => $"odd {i}\n")) + Row;
        Capture capture = GivenText.Read("z.txt", text, new ReadLimits { DiagnosticsPerFile = 2 });
        Assert.Equal(3, capture.Diagnostics.Length);
        Assert.Equal("7 more of this kind", capture.Diagnostics[^1].Text);
    }

    [Fact]
    public void Folders_and_archives_within_others_are_not_entered_beyond_the_bound()
    {
        var file = new MemorySource("z.txt", Encoding.UTF8.GetBytes(Head + Row));
        var deep = new MemorySource("a", [new MemorySource("b", [new MemorySource("c", [file])])]);
        SourceSet set = SourceSet.Open([deep], new NamePool(), new ReadLimits { FolderDepth = 1 });
        Assert.Empty(set.Hosts);
        Assert.Equal(DiagnosticId.TooDeep, Assert.Single(set.Problems).Id);

        byte[] inner = Tar("z.txt", Encoding.UTF8.GetBytes(Head + Row));
        set = SourceSet.Open([new MemorySource("a.tar", Tar("b.tar", inner))], new NamePool(), new ReadLimits { ArchiveDepth = 1 });
        Assert.Empty(set.Hosts);
        Assert.Contains(set.Problems, p => p.Id == DiagnosticId.TooDeep);
    }

    private static byte[] Tar(string name, byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(memory, leaveOpen: true))
        {
            using var content = new MemoryStream(bytes);
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name) { DataStream = content });
        }

        return memory.ToArray();
    }
}
