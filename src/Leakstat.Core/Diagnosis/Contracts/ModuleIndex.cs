using System.Runtime.InteropServices;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>How a name is like that of a module.</summary>
public enum ModuleLikeness
{
    /// <summary>The file's name is the same word.</summary>
    SameFile,

    /// <summary>A module within the file has the same name.</summary>
    SameModule,

    /// <summary>One begins with the other.</summary>
    Alike,
}

/// <summary>
/// Modules by their names, so that each of thousands of names is compared with those few that it is like, and not with
/// thousands of modules. Finds what <see cref="ModuleName"/> finds of each.
/// </summary>
internal sealed class ModuleIndex
{
    /// <summary>Most modules that begin with one name: more than that say nothing.</summary>
    private const int MostBeginning = 100;

    private readonly Dictionary<string, List<int>> _files = [];
    private readonly Dictionary<string, List<int>> _modules = [];
    private readonly Dictionary<string, List<int>> _stems = [];
    private readonly (string Stem, int Index)[] _ordered;

    /// <summary>Takes the names of files, each with those of the modules within.</summary>
    public ModuleIndex(IEnumerable<(string File, IEnumerable<string> Modules)> files)
    {
        List<(string Stem, int Index)> ordered = [];
        int index = 0;
        foreach ((string file, IEnumerable<string> modules) in files)
        {
            string stem = ModuleName.Fold(ModuleName.Stem(file));
            Add(_files, ModuleName.Fold(file), index);
            Add(_files, stem, index);
            Add(_stems, stem, index);
            ordered.Add((stem, index));
            foreach (string module in modules)
            {
                Add(_modules, ModuleName.Fold(module), index);
                Add(_modules, ModuleName.Fold(ModuleName.Stem(module)), index);
            }

            index++;
        }

        _ordered = [.. ordered.OrderBy(o => o.Stem, StringComparer.Ordinal)];
    }

    /// <summary>The modules that a name is like, in their order; of several likenesses of one the first.</summary>
    public IEnumerable<(int Index, ModuleLikeness Likeness)> Like(string name)
    {
        string wanted = ModuleName.Fold(name);
        SortedDictionary<int, ModuleLikeness> found = [];
        if (wanted.Length > 1)
        {
            Take(found, _files, wanted, ModuleLikeness.SameFile);
            Take(found, _modules, wanted, ModuleLikeness.SameModule);
        }

        for (int length = ModuleName.ShortestStem; length <= wanted.Length; length++)
        {
            Take(found, _stems, wanted.AsSpan(0, length), ModuleLikeness.Alike);
        }

        if (wanted.Length > ModuleName.ShortestStem)
        {
            foreach (int index in Beginning(wanted))
            {
                found.TryAdd(index, ModuleLikeness.Alike);
            }
        }

        return found.Select(f => (f.Key, f.Value));
    }

    private IEnumerable<int> Beginning(string wanted)
    {
        int low = 0;
        int high = _ordered.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_ordered[middle].Stem, wanted) < 0 ? (middle + 1, high) : (low, middle);
        }

        int end = Math.Min(low + MostBeginning, _ordered.Length);
        for (int i = low; i < end && _ordered[i].Stem.StartsWith(wanted, StringComparison.Ordinal); i++)
        {
            yield return _ordered[i].Index;
        }
    }

    private static void Add(Dictionary<string, List<int>> names, string name, int index)
    {
        ref List<int>? same = ref CollectionsMarshal.GetValueRefOrAddDefault(names, name, out _);
        same ??= [];
        if (same.Count < MostBeginning && (same.Count == 0 || same[^1] != index))
        {
            same.Add(index);
        }
    }

    private static void Take(
        SortedDictionary<int, ModuleLikeness> found,
        Dictionary<string, List<int>> names,
        ReadOnlySpan<char> name,
        ModuleLikeness likeness)
    {
        if (names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out List<int>? indexes))
        {
            foreach (int index in indexes)
            {
                found.TryAdd(index, likeness);
            }
        }
    }
}
