using System.Reflection;
using PublicApiGenerator;

namespace Leakstat.Tests.Architecture;

/// <summary>
/// What each library offers to other programs, as text. A change that breaks them, or adds to what has to be kept, shows
/// in the difference of <c>tests/golden/api</c>.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries =>
    [
        "Leakstat.Model", "Leakstat.Core", "Leakstat.Dump", "Leakstat.Store", "Leakstat.Engines", "Leakstat.Platform",
    ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_offers_what_its_snapshot_says(string library)
    {
        Assembly assembly = Load(library);
        string api = assembly.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            DenyNamespacePrefixes = [],
        });

        Assert.True(api.Length > 1000, $"{library} offers hardly anything: {api}");
        Golden.Matches($"api/{library}.txt", api.ReplaceLineEndings("\n") + "\n");
    }

    [Fact]
    public void No_two_types_of_the_program_have_one_name()
    {
        (string Name, string Where)[] types =
        [
            .. Layers.All.SelectMany(layer => Load(layer.Assembly).GetTypes())
                .Where(type => !type.IsNested && type.Namespace?.StartsWith("Leakstat", StringComparison.Ordinal) == true
                    && !type.Name.Contains('<', StringComparison.Ordinal))
                .Select(type => (type.Name, type.FullName!)),
        ];
        string[] twice =
        [
            .. types.GroupBy(type => type.Name).Where(same => same.Count() > 1)
                .Select(same => string.Join(" and ", same.Select(type => type.Where))),
        ];

        Assert.True(types.Length > 800, $"only {types.Length} types are looked at");
        Assert.Empty(twice);
    }

    private static Assembly Load(string name) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
}
