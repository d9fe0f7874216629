using Leakstat.Fuzz.Guided.Planting;
using Leakstat.Fuzz.Guided.Running;

namespace Leakstat.Fuzz.Guided.Targets;

/// <summary>Every reader that is fuzzed by what its inputs reach.</summary>
public static class GuidedTargets
{
    /// <summary>The targets: a format in the registry of commands is one by itself.</summary>
    /// <param name="root">The root of the repository, which the well-formed inputs are taken from.</param>
    public static IReadOnlyList<GuidedTarget> All(string root)
    {
        var texts = new SeedTexts(root);
        return
        [
            .. FormatTargets.All(texts), .. SourceTargets.All(texts), .. DumpTargets.All(texts),
            .. StoreTargets.All(texts),
        ];
    }

    /// <summary>The targets of those names, or all; of the planted fault too, which is never among all.</summary>
    public static IReadOnlyList<GuidedTarget> Named(string names, string root)
    {
        IReadOnlyList<GuidedTarget> all = All(root);
        if (names == "all")
        {
            return all;
        }

        List<GuidedTarget> known = [.. all, PlantedFault.Target(all)];
        return
        [
            .. names.Split(',').Select(name => known.Find(t => t.Name == name)
                ?? throw new GuidedOptionException(
                    $"no target {name}; known: {string.Join(' ', known.Select(t => t.Name))}")),
        ];
    }

    /// <summary>The root of the repository above a folder; null where there is none.</summary>
    public static string? RootAbove(string folder)
    {
        string? at = folder;
        while (at is not null && !File.Exists(Path.Combine(at, "Leakstat.slnx")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at;
    }
}
