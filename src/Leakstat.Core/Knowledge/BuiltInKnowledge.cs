using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>The knowledge that ships with leakstat, read from embedded tables when it is first asked for.</summary>
public static class BuiltInKnowledge
{
    /// <summary>Loads it. Cheap: each table is read on first use.</summary>
    public static KnowledgeBase Load() => new(
        static () => Owners(),
        static () => new ModuleTable(Text("in-tree-modules.tsv")),
        static () => [.. Text("linuxkpi-modules.txt").Split('\n').Where(l => l.Length > 0 && l[0] != '#')],
        static () => SignaturesFile.Read("signatures.json", Bytes("signatures.json")).Signatures);

    private static ImmutableArray<OwnerEntry> Owners()
    {
        var entries = ImmutableArray.CreateBuilder<OwnerEntry>(1300);
        OwnersFile.Parse(Text("zones-and-types.csv"), entries);
        return entries.DrainToImmutable();
    }

    /// <summary>An embedded table as bytes.</summary>
    internal static byte[] Bytes(string name) =>
        EmbeddedResource.Bytes(typeof(BuiltInKnowledge).Assembly, "Knowledge/" + name);

    /// <summary>An embedded table as text.</summary>
    internal static string Text(string name) =>
        EmbeddedResource.Text(typeof(BuiltInKnowledge).Assembly, "Knowledge/" + name);
}
