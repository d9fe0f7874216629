using System.Runtime.InteropServices;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>
/// Joins the sysctls of a capture's files. Of a name in several files that of the file with the most names is taken:
/// files are written one after another while counters move, and figures that are subtracted from each other have to be
/// of one moment.
/// </summary>
internal sealed class SysctlMerge
{
    /// <summary>The share of a file's names that another with the answers to the same question has.</summary>
    private const double SameQuestion = 0.9;

    private readonly HashSet<int> _named = [];
    private readonly Dictionary<int, Dictionary<string, SysctlTable.Entry>> _byFile = [];

    /// <summary>Number of entries over all files.</summary>
    public int Count { get; private set; }

    /// <summary>Says that a file has the command's own name: of two of one size it is the one that counts.</summary>
    public void SetNamed(int file) => _named.Add(file);

    /// <summary>Adds an entry of a file; false where that file has the name already.</summary>
    public bool Add(int file, string name, SysctlTable.Entry entry)
    {
        if (!_byFile.TryGetValue(file, out Dictionary<string, SysctlTable.Entry>? entries))
        {
            _byFile[file] = entries = [];
        }

        ref SysctlTable.Entry slot = ref CollectionsMarshal.GetValueRefOrAddDefault(entries, name, out bool exists);
        if (exists)
        {
            return false;
        }

        slot = entry;
        Count++;
        return true;
    }

    /// <summary>Takes over the entries of a file that was read apart, of which there is one.</summary>
    public void Take(int file, SysctlMerge other)
    {
        _byFile.Add(file, other._byFile.Values.Single());
        Count += other.Count;
    }

    /// <summary>The entry of a name in a file.</summary>
    public bool TryGet(int file, string name, out SysctlTable.Entry entry)
    {
        entry = default;
        return _byFile.TryGetValue(file, out Dictionary<string, SysctlTable.Entry>? entries)
            && entries.TryGetValue(name, out entry);
    }

    /// <summary>
    /// Files that hold what a larger file holds, nearly all names of it, with other values: the same question was asked
    /// at another moment. Each with the file that is used.
    /// </summary>
    public IEnumerable<(int Again, int Used)> AskedAgain()
    {
        if (_byFile.Count < 2)
        {
            yield break;
        }

        // Each name with the largest file that has it, so that a file is held beside one other alone.
        Dictionary<string, int> largest = [];
        foreach (int file in BySize())
        {
            Dictionary<int, int> common = [];
            foreach (string name in _byFile[file].Keys)
            {
                if (!largest.TryAdd(name, file))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(common, largest[name], out _)++;
                }
            }

            foreach ((int larger, int names) in common)
            {
                if (names >= _byFile[larger].Count * SameQuestion && HasOtherValues(_byFile[file], _byFile[larger]))
                {
                    yield return (file, larger);
                }
            }
        }
    }

    /// <summary>
    /// Answers of other files than the one that is used, which cannot be of its moment; each with what is to be said.
    /// </summary>
    public IEnumerable<(SysctlTable.Entry Second, string Text)> Contradictions(SysctlTable joined)
    {
        long? memory = joined.Number("hw.physmem")?.Value;
        foreach (string name in SysctlLevels.Names)
        {
            if (!joined.TryGet(name, out SysctlTable.Entry used))
            {
                continue;
            }

            foreach (Dictionary<string, SysctlTable.Entry> entries in _byFile.Values)
            {
                if (entries.TryGetValue(name, out SysctlTable.Entry second)
                    && SysctlLevels.AreApart(name, second, used, memory))
                {
                    yield return (second, SysctlLevels.Text(name, used));
                }
            }
        }
    }

    /// <summary>The joined table, and the files that have a part in it.</summary>
    public (SysctlTable Table, HashSet<int> Contributing) Join()
    {
        HashSet<int> contributing = [];
        Dictionary<string, SysctlTable.Entry>? joined = null;
        foreach (int file in BySize())
        {
            Dictionary<string, SysctlTable.Entry> entries = _byFile[file];
            if (joined is null)
            {
                joined = entries;
                contributing.Add(file);
                continue;
            }

            foreach ((string name, SysctlTable.Entry entry) in entries)
            {
                if (joined.TryAdd(name, entry))
                {
                    contributing.Add(file);
                }
            }
        }

        return (joined is null ? SysctlTable.Empty : new SysctlTable(joined), contributing);
    }

    private static bool HasOtherValues(
        Dictionary<string, SysctlTable.Entry> entries, Dictionary<string, SysctlTable.Entry> used) =>
        entries.Any(entry => used.TryGetValue(entry.Key, out SysctlTable.Entry held)
            && !entry.Value.Value.Span.SequenceEqual(held.Value.Span)
            && !SameRows.Are(
                new TextSection(entry.Value.At.File, entry.Value.Value), new TextSection(held.At.File, held.Value)));

    /// <summary>The files, that with the most names first.</summary>
    private int[] BySize()
    {
        int[] files = [.. _byFile.Keys];
        Array.Sort(files, (a, b) =>
        {
            int bySize = _byFile[b].Count.CompareTo(_byFile[a].Count);
            int byName = _named.Contains(b).CompareTo(_named.Contains(a));
            return bySize != 0 ? bySize : byName != 0 ? byName : a.CompareTo(b);
        });
        return files;
    }
}
