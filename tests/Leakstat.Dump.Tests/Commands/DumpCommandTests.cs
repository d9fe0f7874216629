using System.Text.Json;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary><c>leakstat dump</c>, and dumps as sources of other commands, from the command line to the exit code.</summary>
public sealed class DumpCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-test-").FullName;
    private readonly string _dump;
    private readonly string _kernel;

    public DumpCommandTests()
    {
        var heap = new Scenario();
        Zone zone = heap.Zone("widget", 216);
        Item[] items = heap.Many(zone, 7);
        heap.Cache(items[1]).Free(items[2]);
        heap.Block("alpha", 100);
        CrashedMachine crashed = heap.Crash("told by the test");
        byte[] bytes = Minidump.Of(crashed);
        _dump = Path.Combine(_folder, "vmcore.0");
        File.WriteAllBytes(_dump, bytes);
        File.WriteAllText(Path.Combine(_folder, "info.0"), crashed.Info(0, bytes.Length));
        _kernel = crashed.WriteKernel(Path.Combine(_folder, "kernel"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Zones_are_printed_as_vmstat_prints_them()
    {
        (int code, string output, _) = Run("dump", _dump, "--kernel", _kernel, "zones");

        // Seven taken, one back in a cache, one back in its slab of 18 (4096 bytes less the header, by 216).
        Assert.Equal(0, code);
        string[] row = Assert.Single(output.Split('\n'), l => l.StartsWith("widget:", StringComparison.Ordinal))
            .Split([' ', ',', ':'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["widget", "216", "0", "5", "13", "7", "0", "0", "0"], row);
        Assert.DoesNotContain("disagree", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_say_bytes_of_the_bucket()
    {
        (int code, string output, _) = Run("dump", _dump, "types", "--kernel", _kernel, "--json");

        Assert.Equal(0, code);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement alpha = json.RootElement.GetProperty("types").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "alpha");
        Assert.Equal((1, 128), (alpha.GetProperty("inUse").GetInt32(), alpha.GetProperty("bytes").GetInt32()));
    }

    [Fact]
    public void Without_a_subcommand_the_summary_is_printed()
    {
        (int code, string output, _) = Run("dump", _dump, "--kernel", _kernel);

        Assert.Equal(0, code);
        Assert.Contains("panic: told by the test", output, StringComparison.Ordinal);
        Assert.Contains("all agree with what was counted", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_without_its_kernel_is_an_input_that_cannot_be_read()
    {
        (int code, string output, string error) = Run("dump", _dump, "--kernel", Path.Combine(_folder, "none"), "zones");

        Assert.Equal((3, ""), (code, output));
        Assert.Contains("no such file", error, StringComparison.Ordinal);
        Assert.Contains("14.2-RELEASE", error, StringComparison.Ordinal);
        Assert.Equal(3, Run("dump", Path.Combine(_folder, "missing")).Code);
        Assert.Equal(2, Run("dump").Code);
    }

    [Fact]
    public void A_dump_is_a_capture_for_ledger_and_diagnose()
    {
        (int code, string output, _) = Run("ledger", _dump, "--kernel", _kernel, "--json");

        Assert.Equal(0, code);
        Assert.Contains("(dump zones)", output, StringComparison.Ordinal);
        (code, output, _) = Run("diagnose", _dump, "--kernel", _kernel, "--json");
        Assert.Equal(0, code);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal("host1.example.org", json.RootElement.GetProperty("host").GetProperty("name").GetString());
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments) =>
        TestedProgram.Run(arguments, "", Environment.CurrentDirectory);
}
