using System.Text.RegularExpressions;

namespace Leakstat.Tests.Architecture;

/// <summary>The layers of docs/architecture.md: nothing lower knows anything higher.</summary>
public sealed partial class LayerTests
{
    /// <summary>Namespaces that a folder of Leakstat.Core may use, besides its own and those below it.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Detection"] = [],
        ["Captures"] = ["Model", "Knowledge"],
        ["Accounting"] = ["Model", "Knowledge"],
        ["History"] = ["Model", "Accounting", "Knowledge"],
        ["Knowledge"] = ["Model"],
        ["Diagnosis"] = ["Model", "Captures", "Accounting", "History", "Knowledge", "Detection"],
        ["Tracing"] = ["Model", "Captures", "Knowledge"],
        ["Fleet"] = ["Model", "Accounting", "History", "Knowledge", "Detection", "Diagnosis"],
        ["Reports"] = ["Model", "Accounting", "History", "Knowledge", "Diagnosis", "Tracing", "Detection", "Fleet"],
        ["Watch"] = ["Model", "Accounting", "History", "Knowledge", "Diagnosis", "Reports"],
    };

    public static TheoryData<string> Folders => [.. s_allowed.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_layer_uses_only_what_lies_below_it(string folder)
    {
        List<string> wrong = [];
        foreach (string file in Sources($"src/Leakstat.Core/{folder}"))
        {
            foreach (Match use in Use().Matches(File.ReadAllText(file)))
            {
                string layer = use.Groups["layer"].Value;
                if (layer != folder && !s_allowed[folder].Contains(layer) && s_allowed.ContainsKey(layer))
                {
                    wrong.Add($"{file}: {use.Value.Trim()}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_folder_of_the_core_is_a_layer_that_this_test_knows() => Assert.Equal(
        s_allowed.Keys.Order(StringComparer.Ordinal),
        Directory.EnumerateDirectories(Path.Combine(Given.Root, "src", "Leakstat.Core"))
            .Select(d => Path.GetFileName(d)!)
            .Where(d => d is not ("bin" or "obj"))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void The_core_opens_no_files_and_reads_no_clock()
    {
        List<string> wrong =
        [
            .. Sources("src/Leakstat.Core").Where(f => Outside().IsMatch(File.ReadAllText(f))),
        ];

        Assert.Empty(wrong);
    }

    /// <summary>Libraries of .NET itself that are handed out as packages are no third party.</summary>
    [Fact]
    public void The_core_has_no_third_party_dependency() => Assert.All(
        Package().Matches(File.ReadAllText(Path.Combine(Given.Root, "src/Leakstat.Core/Leakstat.Core.csproj"))),
        package => Assert.StartsWith("System.", package.Groups["name"].Value, StringComparison.Ordinal));

    [Fact]
    public void No_source_file_is_too_large_to_read_in_one_go() => Assert.All(
        Sources("src").Concat(Sources("tests")), f => Assert.InRange(new FileInfo(f).Length, 1, 40 << 10));

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(Path.Combine(Given.Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"PackageReference Include=""(?<name>[^""]+)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Package();

    [GeneratedRegex(@"\bLeakstat\.(?<layer>[A-Z][A-Za-z]+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Use();

    [GeneratedRegex(
        @"\b(File\.(Open|Read|Write|Exists|Create)|Directory\.|DateTime(Offset)?\.(Utc)?Now|Stopwatch|Process\.Start|Environment\.|Console\.)",
        RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Outside();
}
