using System.Globalization;
using System.Text.RegularExpressions;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Tests.Diagnosis;

/// <summary>
/// A real series of captures in which memory is made to disappear: each text of a capture is changed as a kernel that lost
/// it would print it. What the diagnosis has to find is known because it was planted here.
/// </summary>
internal sealed partial class Planted
{
    private const string Source = "freebsd-14.2-leak-malloc-series";
    private readonly List<Dictionary<string, string>> _captures = [];

    /// <summary>
    /// The first so many captures of a host on which a module loses blocks, with these losses taken out again.
    /// </summary>
    public Planted(int captures)
    {
        long? first = null;
        foreach (string folder in Given.SeriesFolders(Source).Take(captures))
        {
            _captures.Add(Directory.EnumerateFiles(Given.Data(folder))
                .ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText, StringComparer.Ordinal));
            long lost = long.Parse(LostBlocks().Match(_captures[^1]["vmstat-m.txt"]).Groups[1].Value, CultureInfo.InvariantCulture);
            first ??= lost;
            int now = _captures.Count - 1;
            Type(now, "leakmod", first.Value - lost, (first.Value - lost) * 256);
            Zone(now, "malloc-256", first.Value - lost);
            Slabs(now, "malloc-256", (first.Value - lost) / 15);
        }
    }

    /// <summary>Applies a change to each capture, with its number from 0.</summary>
    public Planted Each(Action<Planted, int> change)
    {
        for (int i = 0; i < _captures.Count; i++)
        {
            change(this, i);
        }

        return this;
    }

    /// <summary>Wires pages that were free.</summary>
    public void Pages(int capture, long pages)
    {
        Sysctl(capture, "vm.stats.vm.v_wire_count", pages);
        Sysctl(capture, "vm.stats.vm.v_free_count", -pages);
    }

    /// <summary>Pages that a zone takes for its slabs.</summary>
    public void Slabs(int capture, string zone, long pages)
    {
        Pages(capture, pages);
        Sysctl(capture, "vm.kmem_map_size", pages * 4096);
        Sysctl(capture, $"vm.uma.{NotWord().Replace(zone, "_")}.keg.domain.0.pages", pages);
    }

    /// <summary>Adds vnodes to the counter of vnodes.</summary>
    public void Vnodes(int capture, long vnodes) => Sysctl(capture, "vfs.vnode.stats.count", vnodes);

    /// <summary>Adds items in use to a zone.</summary>
    public void Zone(int capture, string zone, long items) => Change(capture, "vmstat-z.txt", zone + ":",
        m => $"{m.Groups[1].Value}{Add(m.Groups[2].Value, items)}", $@"^({Regex.Escape(zone)}:\s+\d+,\s+\d+,)\s*(\d+)");

    /// <summary>Adds clusters in use, as both commands that count them print it.</summary>
    public void Clusters(int capture, long items)
    {
        Zone(capture, "mbuf_cluster", items);
        Change(
            capture,
            "netstat-m.txt",
            "mbuf clusters in use",
            m => $"{Add(m.Groups[1].Value, items)}{m.Groups[2].Value}{Add(m.Groups[3].Value, items)}{m.Groups[4].Value}",
            @"^(\d+)(/\d+/)(\d+)(/\d+ mbuf clusters in use)");
    }

    /// <summary>Adds allocations and bytes to a malloc type.</summary>
    public void Type(int capture, string type, long uses, long bytes) => Change(capture, "vmstat-m.txt", type,
        m => $"{m.Groups[1].Value}{Add(m.Groups[2].Value, uses)} {Add(m.Groups[3].Value, bytes)}",
        $@"^(\s*{Regex.Escape(type)}\s+)(\d+)\s+(\d+)");

    /// <summary>Takes lines that begin with a name out of a file.</summary>
    public void Remove(int capture, string file, string text) => _captures[capture][file] = string.Join(
        '\n', _captures[capture][file].Split('\n').Where(l => !l.Contains(text, StringComparison.Ordinal)));

    /// <summary>What the diagnosis finds.</summary>
    public DiagnosisReport Report() => new Diagnoser(BuiltInKnowledge.Load()).Diagnose(Captures())!;

    private IEnumerable<Leakstat.Model.Capture> Captures() =>
        _captures.Select(c => Given.Capture([.. c.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Value))]));

    private void Sysctl(int capture, string name, long delta) => Change(
        capture, "sysctl.txt", name, m => m.Groups[1].Value + Add(m.Groups[2].Value, delta), $@"^({Regex.Escape(name)}: )(-?\d+)");

    private void Change(int capture, string file, string what, MatchEvaluator change, string pattern)
    {
        string before = _captures[capture][file];
        var line = new Regex(pattern, RegexOptions.Multiline);
        Assert.True(line.IsMatch(before), $"{what} is not in {file}");
        _captures[capture][file] = line.Replace(before, change, 1);
    }

    private static string Add(string number, long delta) =>
        (long.Parse(number, CultureInfo.InvariantCulture) + delta).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("[^A-Za-z0-9]")]
    private static partial Regex NotWord();

    [GeneratedRegex(@"^\s*leakmod\s+(\d+)", RegexOptions.Multiline)]
    private static partial Regex LostBlocks();
}
