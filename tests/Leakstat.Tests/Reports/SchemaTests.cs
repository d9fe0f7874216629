using System.Text.Json;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Reports;

/// <summary>What leakstat writes as JSON is what docs/schema says, and nothing more.</summary>
public sealed class SchemaTests : IDisposable
{
    private const string Leaking = "samples/freebsd-14.2-leak-malloc-series";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-schema-");

    public static TheoryData<string> Goldens => [.. Directory.EnumerateFiles(Path.Combine(Given.Root, "tests/golden/json"), "*.json").Order(StringComparer.Ordinal)];

    public static TheoryData<string> Schemas => [.. Directory.EnumerateFiles(Path.Combine(Given.Root, "docs/schema"), "*.json").Order(StringComparer.Ordinal)];

    public static TheoryData<string, string> Reports => new(
        from command in new[] { "diagnose", "detect", "ledger", "tune" }
        from source in new[]
        {
            Leaking, "samples/freebsd-14.2-mbuf-near-limit", "samples/freebsd-14.2-module-unload-leak", "tests/data/freebsd-14.2-zfs-arc-full",
        }
        select (command, source));

    [Theory]
    [MemberData(nameof(Goldens))]
    public void A_golden_output_is_of_its_schema(string file) => AssertValid(File.ReadAllText(file));

    [Theory]
    [MemberData(nameof(Reports))]
    public void A_report_is_of_its_schema(string command, string source) => AssertValid(CommandRun.Of([command, "--json", source]).Output);

    [Fact]
    public void Two_hosts_compared_are_of_the_schema_of_a_diagnosis() =>
        AssertValid(CommandRun.Of(["detect", "--json", "--compare", Leaking, "tests/data/freebsd-14.2-healthy-load-series"]).Output);

    [Fact]
    public void Each_subcommand_of_history_is_of_its_schema()
    {
        string db = Path.Combine(_folder.FullName, "s.db");
        AssertValid(CommandRun.Of(["history", "load", Leaking, "--store", db, "--json"]).Output);
        AssertValid(CommandRun.Of(["history", "list", "--store", db, "--json"]).Output);
        AssertValid(CommandRun.Of(["history", "list", "--host", "oracle", "--store", db, "--json"]).Output);
        AssertValid(CommandRun.Of(["history", "check", "--store", db, "--json"]).Output);
        AssertValid(CommandRun.Of(["diagnose", "--store", db, "--json"]).Output);
        AssertValid(CommandRun.Of(["history", "prune", "--store", db, "--json", "--keep-captures", "1m"]).Output);
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public void A_schema_is_named_for_what_it_describes_and_refuses_what_it_does_not_know(string file)
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(file));
        string id = Path.GetFileNameWithoutExtension(file).Replace('-', '/');

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
        Assert.NotEmpty(SchemaValidator.Check(schema.RootElement, JsonDocument.Parse($$"""{"schema": "{{id}}", "surprise": 1}""").RootElement));
        Assert.Contains($"\"const\": \"{id}\"", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"severity\": \"critical\"", "\"severity\": \"terrible\"")]
    [InlineData("\"rule\": \"LS", "\"rule\": \"XX")]
    [InlineData("\"complete\": ", "\"whole\": ")]
    [InlineData("\"findings\": [", "\"surprise\": 1, \"findings\": [")]
    public void What_drifts_is_caught(string was, string becomes)
    {
        string text = CommandRun.Of(["diagnose", "--json", "samples/freebsd-14.2-mbuf-near-limit"]).Output;
        Assert.Contains(was, text, StringComparison.Ordinal);

        Assert.NotEmpty(Faults(text.Replace(was, becomes, StringComparison.Ordinal)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void AssertValid(string json) => Assert.Empty(Faults(json));

    private static List<string> Faults(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        string name = document.RootElement.GetProperty("schema").GetString()!.Replace('/', '-');
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Given.Root, "docs/schema", name + ".json")));
        return SchemaValidator.Check(schema.RootElement, document.RootElement);
    }
}
