namespace Leakstat.Diagnosis.Contracts;

/// <summary>
/// Compares names of zones and malloc types with names of modules. A likeness is a hint and never proof.
/// </summary>
internal static class ModuleName
{
    /// <summary>Shortest stem that may stand for the beginning of a longer name.</summary>
    public const int ShortestStem = 3;

    /// <summary>
    /// Whether both are the same word: <c>leakmod</c> and <c>leakmod.ko</c>, <c>foo</c> and <c>if_foo.ko</c>.
    /// </summary>
    public static bool IsSame(string module, string name)
    {
        string wanted = Fold(name);
        return wanted.Length > 1 && (Fold(module) == wanted || Fold(Stem(module)) == wanted);
    }

    /// <summary>
    /// The module's name without <c>.ko</c>, bus (<c>pci/em</c>) and the <c>if_</c> of network drivers.
    /// </summary>
    public static string Stem(string module)
    {
        string stem = module.EndsWith(".ko", StringComparison.Ordinal) ? module[..^3] : module;
        stem = stem[(stem.LastIndexOf('/') + 1)..];
        return stem.StartsWith("if_", StringComparison.Ordinal) ? stem[3..] : stem;
    }

    /// <summary>Letters and digits in lower case.</summary>
    public static string Fold(string name)
    {
        string stem = name.EndsWith(".ko", StringComparison.Ordinal) ? name[..^3] : name;
        return string.Concat(stem.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));
    }
}
