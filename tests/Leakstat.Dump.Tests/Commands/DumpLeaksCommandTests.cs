using System.Text.Json;
using System.Text.RegularExpressions;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary><c>leakstat dump VMCORE leaks</c> from the command line to what is printed and written.</summary>
public sealed partial class DumpLeaksCommandTests : IDisposable
{
    private readonly CrashedHost _host = new(CrashedHost.Leaking());

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_terminal_shows_groups_evidence_and_cost()
    {
        (int code, string output, string error) = _host.RunDump("leaks");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(Golden("leaks.txt"), Cost().Replace(output, "#"));
    }

    [Fact]
    public void The_json_has_all_that_the_contract_names()
    {
        JsonElement root = Json();

        Assert.Equal("leakstat.dumpleaks/1", root.GetProperty("schema").GetString());
        JsonElement kernel = root.GetProperty("kernel");
        Assert.Equal(("14.2-RELEASE", 1402000, "amd64"), (kernel.GetProperty("release").GetString(), kernel.GetProperty("osreldate").GetInt32(), kernel.GetProperty("arch").GetString()));
        foreach (string name in (string[])["bytes", "objects", "roots", "seconds"])
        {
            Assert.True(root.GetProperty("scanned").GetProperty(name).GetDouble() > 0, name);
        }

        JsonElement coverage = root.GetProperty("coverage");
        Assert.True(coverage.GetProperty("zonesWalked").GetInt32() > 10);
        Assert.Equal((0, 0, 0), (coverage.GetProperty("zonesUnreadable").GetInt32(), coverage.GetProperty("notes").GetArrayLength(), coverage.GetProperty("missingPages").GetInt32()));

        // What was planted: 40 gadgets that hang on 40 widgets, 60 blocks of 256 bytes, 3 odd ones; most bytes first.
        JsonElement[] leaks = [.. root.GetProperty("leaks").EnumerateArray()];
        Assert.Equal(
            [
                "zone gadget 512 40 20480 0 40 50", "malloc malloc-256 256 60 15360 60 60 100", "zone widget 216 40 8640 40 40 100",
                "zone odd 128 3 384 3 3 23",
            ],
            leaks.Select(l => string.Join(' ', ((string[])["kind", "name", "size", "count", "bytes", "heads", "losses", "allocated"]).Select(n => l.GetProperty(n).ToString()))));
        Assert.All(leaks, l => Assert.Equal(l.GetProperty("count").GetInt32(), l.GetProperty("addresses").GetArrayLength()));
        Assert.All(leaks.SelectMany(l => l.GetProperty("addresses").EnumerateArray()), a => Assert.Matches("^0xfffff8[0-9a-f]{10}$", a.GetString()!));
        JsonElement hangs = Assert.Single(leaks[0].GetProperty("hangsOn").EnumerateArray());
        Assert.Equal(("zone", "widget", 40), (hangs.GetProperty("kind").GetString(), hangs.GetProperty("name").GetString(), hangs.GetProperty("count").GetInt32()));

        JsonElement candidate = leaks[1].GetProperty("candidates")[0];
        Assert.Equal("widget", candidate.GetProperty("type").GetString());
        Assert.InRange(candidate.GetProperty("confidence").GetDouble(), 0.05, 1);
        Assert.NotEmpty(candidate.GetProperty("why").GetString()!);
        JsonElement module = Assert.Single(leaks[1].GetProperty("modules").EnumerateArray());
        Assert.Equal(("if_widget.ko", 60), (module.GetProperty("module").GetString(), module.GetProperty("count").GetInt32()));
    }

    [Fact]
    public void The_page_needs_nothing_else_and_shows_names_as_they_are()
    {
        var heap = new Scenario();
        heap.Many(heap.Zone("<b>&\"x", 128), 5);
        using var host = new CrashedHost(heap);
        string file = host.Place("leaks.html");

        Assert.Equal(0, host.RunDump("leaks", "--html", file, "-q").Code);

        string page = File.ReadAllText(file);
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("5 lost blocks, 640 B", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;&amp;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Empty(Link().Matches(page));
        Assert.Contains("role=\"img\"", page, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(host.Folder, "*.part"));
        Assert.Equal(2, host.RunDump("leaks", "--html", host.Place("nowhere/leaks.html"), "-q").Code);
    }

    [Fact]
    public void Samples_are_words_with_pointers_named()
    {
        string output = _host.RunDump("leaks", "--sample", "2").Output;

        string[] lines = output.Split('\n');
        Assert.Equal(2, lines.Count(l => l.StartsWith("widget 0x", StringComparison.Ordinal)));
        int at = Array.FindIndex(lines, l => l.StartsWith("widget 0x", StringComparison.Ordinal));

        // 27 words of a widget, two in a line; the second word points to its gadget.
        Assert.All(lines.Skip(at + 1).Take(14), l => Assert.StartsWith("  +0x", l, StringComparison.Ordinal));
        Assert.Equal("", lines[at + 15]);
        Assert.EndsWith("  gadget", lines[at + 1], StringComparison.Ordinal);
        JsonElement samples = Json("--sample", "2").GetProperty("leaks")[2].GetProperty("samples");
        Assert.Equal(14, samples[0].GetProperty("lines").GetArrayLength());
        Assert.Equal(2, samples.GetArrayLength());
    }

    [Theory]
    [InlineData("--sample", "1001")]
    [InlineData("--sample", "-1")]
    [InlineData("--sample", "many")]
    [InlineData("--threads", "0")]
    [InlineData("--threads", "257")]
    public void Numbers_out_of_range_are_told_with_how_it_is_written(string option, string value)
    {
        (int code, string output, string error) = _host.RunDump("leaks", option, value);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(option, error, StringComparison.Ordinal);
        Assert.Contains("usage: leakstat dump VMCORE leaks [options]", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void The_number_of_threads_changes_nothing() =>
        Assert.Equal(Groups(Json("--threads", "1")), Groups(Json("--threads", "4")));

    [Fact]
    public void A_baseline_of_the_same_dump_leaves_nothing()
    {
        string baseline = _host.Place("baseline.json");
        Assert.Equal(0, _host.RunDump("leaks", "--write-baseline", baseline, "-q").Code);

        (int code, string output, _) = _host.RunDump("leaks", "--baseline", baseline);

        Assert.Equal(0, code);
        Assert.Contains("Nothing is lost beyond what the baseline hides.", output, StringComparison.Ordinal);
        Assert.Contains("143 blocks are unreached in the baseline too", output, StringComparison.Ordinal);
        Assert.Equal(143, Json("--baseline", baseline).GetProperty("coverage").GetProperty("inBaseline").GetInt32());
    }

    [Fact]
    public void A_baseline_that_cannot_be_used_is_no_input()
    {
        using var other = new CrashedHost(new Scenario(new MachineOptions { Release = FreeBsd.V15 }));
        string foreign = other.Place("baseline.json");
        other.RunDump("leaks", "--write-baseline", foreign, "-q");

        Fails(3, "is of another kernel", "--baseline", foreign);
        Fails(3, "missing", "--baseline", _host.Place("missing"));
        Fails(3, "is no JSON", "--baseline", Path.Combine(_host.Folder, "info.0"));
        Fails(2, "cannot write", "--write-baseline", _host.Place("nowhere/baseline.json"));
    }

    [Fact]
    public void Nothing_lost_is_said_in_one_line()
    {
        var heap = new Scenario();
        heap.Point(heap.Variable("held"), heap.New(heap.Zone("widget", 216)));
        using var host = new CrashedHost(heap);

        Assert.Contains("Everything allocated is reached: no leak.", host.RunDump("leaks").Output, StringComparison.Ordinal);
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "golden", name));

    private static string[] Groups(JsonElement root) => [.. root.GetProperty("leaks").EnumerateArray().Select(l => l.GetRawText())];

    /// <summary>What depends on the machine, or on all that a kernel has besides what was planted: numbers in the lines on cost, places.</summary>
    [GeneratedRegex("(?<=^(Walked|Read|Found|Took) .*)[0-9][0-9.,]*|(?<=0xfffff80000)[0-9a-f]{6}", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Cost();

    [GeneratedRegex("(src|href)=|https?://|url\\(|@import")]
    private static partial Regex Link();

    private void Fails(int code, string text, params string[] options)
    {
        (int got, string output, string error) = _host.RunDump(["leaks", .. options]);
        Assert.Equal((code, ""), (got, code == 3 ? output : ""));
        Assert.Contains(text, error, StringComparison.Ordinal);
    }

    private JsonElement Json(params string[] more)
    {
        (int code, string output, _) = _host.RunDump(["leaks", "--json", .. more]);
        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
