using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>Where a kernel module comes from, as far as its name tells.</summary>
public enum ModuleOrigin
{
    /// <summary>Part of FreeBSD of that release.</summary>
    InTree,

    /// <summary>Part of FreeBSD of some release, though perhaps not of that one (its list is not known).</summary>
    InTreeElsewhere,

    /// <summary>Firmware or microcode image: data, no code.</summary>
    Firmware,

    /// <summary>Not part of FreeBSD of that release.</summary>
    OutOfTree,
}

/// <summary>
/// The modules that are part of FreeBSD (<c>in-tree-modules.tsv</c>): file name and the releases whose source was
/// looked at. Where a module's file lies proves little, its name is what is asked.
/// </summary>
internal sealed class ModuleTable
{
    private readonly Dictionary<string, ImmutableArray<FreeBsdRelease>> _releases = [];

    public ModuleTable(string text)
    {
        var interned = new Dictionary<string, ImmutableArray<FreeBsdRelease>>();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int tab = line.IndexOf('\t');
            if (tab <= 0 || line[0] == '#' || !char.IsAsciiDigit(line[tab + 1]))
            {
                continue;
            }

            string releases = line[(tab + 1)..].ToString();
            if (!interned.TryGetValue(releases, out ImmutableArray<FreeBsdRelease> parsed))
            {
                parsed = [.. releases.Split(' ').Select(FreeBsdRelease.Parse).OfType<FreeBsdRelease>()];
                interned.Add(releases, parsed);
            }

            _releases[line[..tab].ToString()] = parsed;
        }

        FreeBsdRelease[] known = [.. interned.Values.SelectMany(r => r).Distinct().OrderBy(r => r.Major).ThenBy(
            r => r.Minor)];
        Oldest = known.FirstOrDefault();
        Newest = known.LastOrDefault();
    }

    /// <summary>The oldest release whose modules are listed.</summary>
    public FreeBsdRelease? Oldest { get; }

    /// <summary>The newest release whose modules are listed.</summary>
    public FreeBsdRelease? Newest { get; }

    public bool Contains(string file) => _releases.ContainsKey(file);

    public ImmutableArray<FreeBsdRelease> Releases(string file) =>
        _releases.TryGetValue(file, out var found) ? found : [];

    public ModuleOrigin Origin(string file, FreeBsdRelease? release)
    {
        if (!_releases.TryGetValue(file, out ImmutableArray<FreeBsdRelease> releases))
        {
            string stem = Path.GetFileNameWithoutExtension(file);
            return stem.EndsWith("_fw", StringComparison.Ordinal) || file.Contains("ucode", StringComparison.Ordinal)
                ? ModuleOrigin.Firmware
                : ModuleOrigin.OutOfTree;
        }

        if (release is null || Newest is null || Oldest is null)
        {
            return ModuleOrigin.InTree;
        }

        // A release at or beyond an end of the known lists is judged by that end's list: a module that went away before
        // 14.2 (i915kms.ko, drm.ko) comes from a port there. Between the ends the year of a change is not known.
        bool isNew = release.IsAtLeast(Newest.Major, Newest.Minor);
        bool isOld = Oldest.IsAtLeast(release.Major, release.Minor);
        if (isNew)
        {
            return releases.Contains(Newest) ? ModuleOrigin.InTree : ModuleOrigin.OutOfTree;
        }

        if (isOld)
        {
            return releases.Contains(Oldest) ? ModuleOrigin.InTree : ModuleOrigin.InTreeElsewhere;
        }

        return releases.Length > 1 ? ModuleOrigin.InTree : ModuleOrigin.InTreeElsewhere;
    }
}
