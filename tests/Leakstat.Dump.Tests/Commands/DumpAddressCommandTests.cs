using System.Text.Json;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary><c>leakstat dump VMCORE whatis ADDR</c> and <c>refs ADDR</c>.</summary>
public sealed class DumpAddressCommandTests : IDisposable
{
    private readonly CrashedHost _host;
    private readonly ulong _variable;
    private readonly Item _held;
    private readonly Item _behind;
    private readonly Item _lost;
    private readonly Item _ofLost;
    private readonly Item _free;
    private readonly Item _cached;
    private readonly LargeBlock _large;

    public DumpAddressCommandTests()
    {
        var heap = new Scenario();
        Zone widget = heap.Zone("widget", 216);
        Item[] items = heap.Many(widget, 6);
        (_held, _behind, _lost, _ofLost, _free, _cached) = (items[0], items[1], items[2], items[3], items[4], items[5]);
        IPlace variable = heap.Variable("widget_list");
        _variable = variable.Address;
        heap.Point(variable, _held).Point(_held, _behind, inside: 16).Point(_lost, _ofLost).Free(_free).Cache(_cached);
        _large = heap.Large("big", 100_000);
        _host = new CrashedHost(heap);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_item_is_named_with_its_state_and_contents()
    {
        string output = Whatis(_held.Address + 8);

        Assert.Contains($"  zone         widget\n  item         0x{_held.Address:x16}+0x8, 216 bytes, allocated\n", output, StringComparison.Ordinal);
        Assert.Contains("1 page, 18 items", output, StringComparison.Ordinal);
        Assert.Contains("  +0x000  ", output, StringComparison.Ordinal);
        Assert.Contains($"widget 0x{_behind.Address:x16}+0x10", output, StringComparison.Ordinal);
        Assert.Contains("free in its slab", Whatis(_free.Address), StringComparison.Ordinal);
        Assert.Contains("free, in a cache", Whatis(_cached.Address), StringComparison.Ordinal);
        Assert.Contains($"0x{_large.Address:x16}+0x3000, 102400 bytes by malloc", Whatis(_large.Address + 0x3000), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_is_named_by_its_symbol_and_what_is_unknown_is_said_to_be()
    {
        Assert.Contains("symbol       widget_list\n", Whatis(_variable), StringComparison.Ordinal);
        Assert.Contains("lies in nothing that is known", Whatis(0x1000), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatis_as_json_lists_facts()
    {
        using var json = JsonDocument.Parse(_host.RunDump("whatis", $"{_held.Address:x}", "--json").Output);

        Assert.Equal("leakstat.dumpwhatis/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal($"0x{_held.Address:x16}", json.RootElement.GetProperty("address").GetString());
        Assert.Contains(
            json.RootElement.GetProperty("facts").EnumerateArray(),
            f => (f.GetProperty("name").GetString(), f.GetProperty("text").GetString()) == ("zone", "widget"));
    }

    [Fact]
    public void The_way_from_a_root_is_shown()
    {
        string output = Refs(_behind.Address + 100);

        Assert.StartsWith($"widget 0x{_behind.Address:x16}: 1 word points to it\n  widget 0x{_held.Address:x16} +0x8  → 0x{_behind.Address + 16:x16}\n", output, StringComparison.Ordinal);
        string[] way = [.. output.Split('\n').SkipWhile(l => l != "A way to it:").Skip(1).TakeWhile(l => l.Length > 0).Select(l => l.Trim())];
        Assert.Equal(3, way.Length);
        Assert.StartsWith("kernel", way[0], StringComparison.Ordinal);
        Assert.Equal([$"→ widget 0x{_held.Address:x16}", $"→ widget 0x{_behind.Address:x16}, at +0x10"], way[1..]);
    }

    [Fact]
    public void Two_words_of_one_holder_are_told_apart_by_their_places()
    {
        var heap = new Scenario();
        Item[] items = heap.Many(heap.Zone("widget", 216), 2);
        heap.Point(heap.Variable("widget_list"), items[0]).Point(items[0], items[1]).Point(items[0], items[1]);
        using var host = new CrashedHost(heap);

        string[] lines = [.. host.RunDump("refs", $"0x{items[1].Address:x}").Output.Split('\n').Where(l => l.Contains("→ 0x", StringComparison.Ordinal))];

        Assert.Equal(2, lines.Length);
        Assert.Contains($"widget 0x{items[0].Address:x16} +0x8  →", lines[0], StringComparison.Ordinal);
        Assert.Contains($"widget 0x{items[0].Address:x16} +0x10  →", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_without_data_and_a_folder_of_its_name_are_told_in_words()
    {
        string debug = _host.Place("kernel.debug");
        byte[] bytes = File.ReadAllBytes(Path.Combine(_host.Kernel, "kernel"));
        File.WriteAllBytes(debug, WithoutData(bytes));
        string folder = _host.Place("boot");
        Directory.CreateDirectory(Path.Combine(folder, "kernel"));

        string ofDebug = CrashedHost.Run(["dump", _host.Dump, "--kernel", debug]).Error;
        string ofFolder = CrashedHost.Run(["dump", _host.Dump, "--kernel", folder]).Error;

        Assert.Contains("as a file of debugging information (kernel.debug) has", ofDebug, StringComparison.Ordinal);
        Assert.DoesNotContain("\"\"", ofDebug, StringComparison.Ordinal);
        Assert.Contains("is a folder", ofFolder, StringComparison.Ordinal);
    }

    /// <summary>The file as objcopy --only-keep-debug leaves it: its sections of memory have no bytes (SHT_NOBITS is 8).</summary>
    private static byte[] WithoutData(byte[] elf)
    {
        byte[] changed = [.. elf];
        long sections = BitConverter.ToInt64(elf, 40);
        for (int i = 0; i < BitConverter.ToUInt16(elf, 60); i++)
        {
            int at = (int)sections + (i * 64);
            if ((BitConverter.ToInt64(elf, at + 8) & 2) != 0)
            {
                BitConverter.TryWriteBytes(changed.AsSpan(at + 4), 8);
            }
        }

        return changed;
    }

    [Fact]
    public void Lost_free_and_large_blocks_are_told_apart()
    {
        Assert.Contains($"{_lost.Address:x16} +0x8  → 0x{_ofLost.Address:x16}  (itself lost)", Refs(_ofLost.Address), StringComparison.Ordinal);
        Assert.Contains("No root leads to it: it is lost.", Refs(_ofLost.Address), StringComparison.Ordinal);
        Assert.Contains("It is free: nothing needs to lead to it.", Refs(_free.Address), StringComparison.Ordinal);
        Assert.Contains("0 words point to it", Refs(_large.Address), StringComparison.Ordinal);
    }

    [Fact]
    public void Refs_as_json_has_the_references_and_the_path()
    {
        using var json = JsonDocument.Parse(_host.RunDump("refs", $"0x{_behind.Address:X}", "--json").Output);

        JsonElement root = json.RootElement;
        Assert.Equal(("leakstat.dumprefs/1", 1), (root.GetProperty("schema").GetString(), root.GetProperty("count").GetInt32()));
        JsonElement one = root.GetProperty("references")[0];
        Assert.Equal(($"0x{_behind.Address + 16:x16}", true), (one.GetProperty("to").GetString(), one.GetProperty("reached").GetBoolean()));
        Assert.Equal(3, root.GetProperty("path").GetArrayLength());
    }

    [Theory]
    [InlineData("whatis", "0xzz")]
    [InlineData("whatis", "fffff800fffff8000")]
    [InlineData("whatis", "-1")]
    [InlineData("whatis", "")]
    [InlineData("refs", "kernel")]
    [InlineData("refs", "0x")]
    public void What_is_no_address_is_a_usage_error(string command, string address)
    {
        (int code, string output, string error) = _host.RunDump(command, address);

        Assert.Equal((2, ""), (code, output));
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void An_address_in_no_block_has_no_references() =>
        Assert.Equal(3, _host.RunDump("refs", "0x1000").Code);

    private string Whatis(ulong address) => _host.RunDump("whatis", $"0x{address:x}").Output;

    private string Refs(ulong address) => _host.RunDump("refs", $"0x{address:x}").Output;
}
