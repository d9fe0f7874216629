using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Leakstat.Captures;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class LibxoTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static TheoryData<string, string> Documents()
    {
        var data = new TheoryData<string, string>();
        foreach (string folder in new[] { "freebsd-14.2-fresh-boot", "freebsd-14.2-zfs-arc-full" })
        {
            foreach (string name in new[] { "vmstat-z", "vmstat-m", "vmstat-s", "netstat-m", "ps", "uptime" })
            {
                data.Add(folder + "/" + name, "json");
                data.Add(folder + "/" + name, "xml");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Recognises_and_reads_every_real_document(string path, string form)
    {
        Capture capture = Given.Capture((Path.GetFileName(path) + "." + form, Text(path, form)));

        CaptureFile file = Assert.Single(capture.Files);
        Assert.Equal((Path.GetFileName(path) + "/" + form, 0, FileUse.Used), (file.Format, file.SkippedLines, file.Use));
        Assert.Empty(capture.Diagnostics);
        Assert.True(file.Rows > 0);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Reads_the_same_from_a_document_printed_for_reading(string path, string form)
    {
        string text = Text(path, form);
        string pretty = form == "json"
            ? JsonSerializer.Serialize(JsonDocument.Parse(text).RootElement, Indented)
            : XDocument.Parse(text).ToString();

        Capture compact = Given.Capture(("a", text));
        Capture other = Given.Capture(("a", "root@fw:~ # command --libxo " + form + ",pretty\n\n" + pretty + "\n"));

        Assert.Equal(compact.Files[0].Rows, other.Files[0].Rows);
        Assert.Equal(Zones(compact), Zones(other));
        Assert.Equal(Types(compact), Types(other));
        Assert.Equal(compact.Host.UptimeSeconds, other.Host.UptimeSeconds);
        Assert.Equal(compact.Mbufs?.JumboPage?.Max, other.Mbufs?.JumboPage?.Max);
        Assert.Equal(compact.Processes?.Rows.Select(r => r with { Line = 0 }), other.Processes?.Rows.Select(r => r with { Line = 0 }));
        Assert.Empty(other.Diagnostics);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public void Reads_zones_as_another_reader_does(string form)
    {
        string path = "freebsd-14.2-zfs-arc-full/vmstat-z";
        ZoneTable table = Given.Capture(("z", Text(path, form))).Zones!;
        IEnumerable<(string?, long, long)> expected = form == "json"
            ? JsonDocument.Parse(Text(path, form)).RootElement.GetProperty("vmstat").GetProperty("memory-zone-statistics")
                .GetProperty("zone").EnumerateArray()
                .Select(z => (z.GetProperty("name").GetString(), z.GetProperty("used").GetInt64(), z.GetProperty("free").GetInt64()))
            : XDocument.Parse(Text(path, form)).Descendants("zone")
                .Select(z => ((string?)z.Element("name")!.Value, (long)z.Element("used")!, (long)z.Element("free")!));

        Assert.Equal(expected, table.Rows.Select(r => ((string?)r.Name, r.Used, r.Free)));
        Assert.True(table.HasCrossDomain);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public void Gives_each_part_its_numbers(string form)
    {
        // The values are those that stand in the files.
        Capture capture = Given.Capture(
            ("m", Text("freebsd-14.2-fresh-boot/vmstat-m", form)),
            ("n", Text("freebsd-14.2-fresh-boot/netstat-m", "json")),
            ("s", Text("freebsd-14.2-fresh-boot/vmstat-s", "json")),
            ("p", Text("freebsd-14.2-fresh-boot/ps", form)),
            ("u", Text("freebsd-14.2-fresh-boot/uptime", "json")));

        MallocTypeRow type = capture.MallocTypes!.Find("acpica")!.Value;
        Assert.Equal((976, 106288, MemoryPrecision.Bytes), (type.InUse, type.Memory, capture.MallocTypes.Precision));
        Assert.True(type.Sizes.Contains(384) && type.Sizes.Contains(8192) && !type.Sizes.Contains(512));
        Assert.True(capture.MallocTypes.Find("acpitask")!.Value.Sizes.IsEmpty);
        Assert.Equal((257, 1018, 1275), (capture.Mbufs!.Mbufs!.Value.Current, capture.Mbufs.Mbufs.Value.Cache, capture.Mbufs.Mbufs.Value.Total));
        Assert.Equal(5222, capture.Mbufs.Jumbo16!.Value.Max);
        Assert.Equal(1088 * 1024, capture.Mbufs.Bytes!.Value.Current);
        Assert.Equal(11077, capture.Summary!.Values["wired-pages"].Value);
        Assert.Equal(90, capture.Host.UptimeSeconds);
        ProcessRow process = capture.Processes!.Rows[3];
        Assert.Equal((0, 100007, null, 240, "[kernel/kqueue_ctx taskq]"), (process.Pid, process.ThreadId, process.WaitChannel, process.ResidentKilobytes, process.Command));
    }

    [Theory]
    [InlineData("{\"__version\": \"1\", \"vmstat\": {\"malloc-statistics\": {\"memory\": [{\"type\":\"solaris\",\"in-use\":3,\"memory-use\":6321,\"high-use\":\"-\",\"requests\":\"9\",\"size\":[16,32]}]}}}")]
    [InlineData("{\"vmstat\":{\"malloc-statistics\":{\"memory\":[{\"type\":\"solaris\",\"in-use\":3,\"memory-use\":6321,\"high-use\":\"-\",\"requests\":9,\"size\":[]}]}}}")]
    [InlineData("<vmstat version=\"1\"><malloc-statistics><memory><type>solaris</type><in-use>3</in-use><memory-use>6321</memory-use><requests>9</requests></memory></malloc-statistics></vmstat>")]
    public void Knows_that_older_documents_count_in_kibibytes(string text)
    {
        MallocTable table = Given.Capture(("m", text)).MallocTypes!;

        Assert.Equal((6321 * 1024, 9, MemoryPrecision.Kibibytes), (table.Rows[0].Memory, table.Rows[0].Requests, table.Precision));
    }

    [Fact]
    public void Gives_the_line_where_a_row_stands()
    {
        const string Text = "{\n  \"vmstat\": {\n    \"memory-zone-statistics\": {\n      \"zone\": [\n        {\n" +
            "          \"name\": \"mbuf\",\n          \"size\": 256, \"limit\": 0, \"used\": 1, \"free\": 2, \"requests\": 3\n        }\n" +
            "      ]\n    }\n  }\n}\n";

        ZoneTable table = Given.Capture(("z", Text)).Zones!;

        Assert.Equal("caps/a/z:6", table.At(table.Rows[0]).ToString());
        Assert.Null(table.Rows[0].Failures);
        Assert.False(table.HasCrossDomain);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public void Uses_whole_rows_of_a_document_cut_anywhere(string form)
    {
        string text = Text("freebsd-14.2-fresh-boot/vmstat-z", form).TrimEnd();
        ZoneRow[] whole = [.. Given.Capture(("z", text)).Zones!.Rows];
        for (int length = 300; length < text.Length; length += 331)
        {
            Capture capture = Given.Capture(("z", text[..length]));

            ZoneRow[] rows = [.. capture.Zones?.Rows ?? []];
            Assert.Equal(whole.Take(rows.Length), rows);
            string closing = form == "json" ? "}" : "</zone>";
            int complete = (text[..length].Length - text[..length].Replace(closing, "", StringComparison.Ordinal).Length) / closing.Length;
            Assert.True(rows.Length >= complete - (form == "json" ? 3 : 0), $"{rows.Length} of {complete}");
            Diagnostic diagnostic = Assert.Single(capture.Diagnostics);
            Assert.Equal((DiagnosticId.MalformedDocument, "caps/a/z:1"), (diagnostic.Id, diagnostic.At.ToString()));
        }
    }

    [Theory]
    [InlineData("{\"vmstat\": {\"memory-zone-statistics\": {\"zone\": [{\"name\":\"a\",\"size\":1,\"limit\":0,\"used\":1,\"free\":2,\"requests\":3},\n{\"name\":\"b\" oops")]
    [InlineData("<vmstat><memory-zone-statistics><zone><name>a</name><size>1</size><limit>0</limit><used>1</used><free>2</free><requests>3</requests></zone>\n<zone><name>b</nome>")]
    [InlineData("<vmstat><memory-zone-statistics><zone><name>a</name><size>1</size><limit>0</limit><used>1</used><free>2</free><requests>3</requests></zone>\n<!DOCTYPE x>")]
    public void Reports_the_line_of_a_fault(string text)
    {
        Capture capture = Given.Capture(("z", text));

        Assert.Equal("a", Assert.Single(capture.Zones!.Rows).Name);
        Assert.Equal((DiagnosticId.MalformedDocument, "caps/a/z:2"), Assert.Single(capture.Diagnostics.Select(d => (d.Id, d.At.ToString()))));
    }

    [Theory]
    [InlineData("{\"name\":\"b\",\"size\":1,\"limit\":0,\"used\":\"many\",\"free\":2,\"requests\":3}")]
    [InlineData("{\"name\":\"b\",\"size\":1,\"limit\":0,\"free\":2,\"requests\":3}")]
    [InlineData("{\"name\":\"b\",\"size\":1,\"limit\":0,\"used\":99999999999999999999999,\"free\":2,\"requests\":3}")]
    public void Skips_a_row_without_its_numbers(string row)
    {
        Capture capture = Given.Capture(
            ("z", "{\"vmstat\": {\"memory-zone-statistics\": {\"zone\": [" + row
                + ",{\"name\":\"a\\u0062\\\"c\",\"size\":1,\"limit\":0,\"used\":18446744073709551615,\"free\":2,\"requests\":3}]}}}"));

        ZoneRow kept = Assert.Single(capture.Zones!.Rows);
        Assert.Equal(("ab\"c", -1), (kept.Name, kept.Used));
        Assert.Equal([DiagnosticId.BadNumber, DiagnosticId.Underflow], capture.Diagnostics.Select(d => d.Id));
        Assert.Equal(1, capture.Files[0].SkippedLines);
    }

    [Fact]
    public void Decodes_entities()
    {
        Capture capture = Given.Capture(
            ("p", "<process-information><process><pid>7</pid><command>a &lt;b&gt; &amp;amp; &#65;&#x42; &bogus;</command></process></process-information>"));

        Assert.Equal("a <b> &amp; AB &bogus;", Assert.Single(capture.Processes!.Rows).Command);
    }

    [Theory]
    [InlineData("[", "{\"vmstat\": {\"x\": ")]
    [InlineData("<a>", "<vmstat><memory-zone-statistics>")]
    public void Stops_at_the_nesting_limit(string nest, string head)
    {
        Capture capture = Given.Capture(
            ("z", head.Replace("\"x\"", "\"memory-zone-statistics\": {\"x\"", StringComparison.Ordinal) + string.Concat(Enumerable.Repeat(nest, ReadLimits.Default.DocumentDepth + 1))));

        Assert.Equal(DiagnosticId.TooDeep, Assert.Single(capture.Diagnostics).Id);
    }

    [Theory]
    [InlineData("{\"__version\": \"2\", \"vmstat\": {\"interrupt-statistics\": {\"interrupt\": []}}}", "vmstat/json")]
    [InlineData("<vmstat version=\"2\"><object><resident>1</resident></object></vmstat>", "vmstat/xml")]
    [InlineData("{\"statistics\": {\"interface\": []}}", "netstat/json")]
    [InlineData("{\"hello\": {\"world\": 1}}", null)]
    [InlineData("{\"schema\": \"leakstat.manifest/1\", \"host\": \"a\"}", null)]
    [InlineData("<html><body>", null)]
    [InlineData("{", null)]
    [InlineData("<", null)]
    public void Names_documents_of_other_commands(string text, string? name)
    {
        IFormat? format = CommandRegistry.Formats.FirstOrDefault(f => f.FitsDocument(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(name, format?.Name);
        Assert.NotEqual(true, format?.IsUsed);
    }

    [Fact]
    public void Reads_several_containers_of_one_document()
    {
        Capture capture = Given.Capture(
            ("b", "{\"vmstat\": {\"malloc-statistics\": {\"memory\": [{\"type\":\"t\",\"in-use\":1,\"memory-use\":64,\"requests\":1,\"size\":[64]}]}, " +
                  "\"memory-zone-statistics\": {\"zone\": [{\"name\":\"z\",\"size\":1,\"limit\":0,\"used\":1,\"free\":2,\"requests\":3}]}}}"));

        Assert.Equal(("t", "z"), (capture.MallocTypes!.Rows[0].Name, capture.Zones!.Rows[0].Name));
    }

    [Theory]
    [InlineData("{\"a\": {\"b}\\\"\": [1, {}]}} rest", 24)]
    [InlineData("<a v=\"1\"><b/><c>x</c></a> rest", 25)]
    [InlineData("{\"a\": {", 7)]
    public void Finds_the_end_of_a_document(string text, int length) =>
        Assert.Equal(length, DocumentText.Length(Encoding.UTF8.GetBytes(text)));

    private static string Text(string path, string form) => File.ReadAllText(Given.Data(path + "." + form));

    private static IEnumerable<ZoneRow>? Zones(Capture capture) => capture.Zones?.Rows.Select(r => r with { Line = 0 });

    private static IEnumerable<MallocTypeRow>? Types(Capture capture) => capture.MallocTypes?.Rows.Select(r => r with { Line = 0 });
}
