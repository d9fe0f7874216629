using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Fleet;

/// <summary>What kind of thing a trait of a host is; in the order in which equals are named.</summary>
public enum TraitKind
{
    /// <summary>Whether a module is loaded.</summary>
    Module,

    /// <summary>Bytes that a loaded module takes: they tell one build of it from another.</summary>
    ModuleSize,

    /// <summary>The release without its patches.</summary>
    Release,

    /// <summary>The release with its patches.</summary>
    PatchLevel,

    /// <summary>The kernel's configuration.</summary>
    KernelIdent,

    /// <summary>Model of the processor.</summary>
    Processor,

    /// <summary>Machine architecture.</summary>
    Architecture,

    /// <summary>The hypervisor; <c>none</c> on bare metal.</summary>
    Hypervisor,

    /// <summary>Drivers of the network interfaces.</summary>
    NetworkDrivers,

    /// <summary>ZFS, UFS or both.</summary>
    FileSystem,

    /// <summary>A sysctl or loader variable.</summary>
    Sysctl,

    /// <summary>An upgrade within the history, to a release; no trait of the latest capture.</summary>
    Upgrade,
}

/// <summary>A trait of hosts.</summary>
/// <param name="Kind">What kind it is.</param>
/// <param name="Name">Which module or sysctl; empty for kinds of which a host has one.</param>
public readonly record struct HostTrait(TraitKind Kind, string Name)
{
    /// <summary>The command whose output it is read from.</summary>
    public string Command => Kind switch
    {
        TraitKind.Module or TraitKind.ModuleSize => "kldstat",
        TraitKind.Release or TraitKind.PatchLevel or TraitKind.Upgrade => "sysctl kern.osrelease",
        TraitKind.KernelIdent => "sysctl kern.ident",
        TraitKind.Processor => "sysctl hw.model",
        TraitKind.Architecture => "uname -m",
        TraitKind.Hypervisor => "sysctl kern.vm_guest",
        TraitKind.NetworkDrivers => "sysctl dev",
        TraitKind.FileSystem => "vmstat -m",
        _ => $"sysctl {Name}",
    };
}

/// <summary>
/// What tells a host from others, as far as its latest capture says it. A module or sysctl that the host does not
/// have is a value of its own, <see cref="Absent"/>; what was not asked is unknown and stands for nothing.
/// </summary>
public sealed class HostTraits
{
    /// <summary>The value of what a host does not have.</summary>
    public const string Absent = "absent";

    /// <summary>Sysctls from which on the whole list was asked, so that one that is not in it is absent.</summary>
    private const int FewestOfAll = 500;

    private const int LongestValue = 80;

    private readonly ImmutableDictionary<HostTrait, string> _values;
    private readonly bool _knowsModules;
    private readonly bool _knowsSysctls;

    /// <summary>Takes traits.</summary>
    /// <param name="values">Their values.</param>
    /// <param name="knowsModules">Whether a module that is not among them is absent rather than unknown.</param>
    /// <param name="knowsSysctls">Whether a sysctl that is not among them is absent rather than unknown.</param>
    public HostTraits(ImmutableDictionary<HostTrait, string> values, bool knowsModules, bool knowsSysctls) =>
        (_values, _knowsModules, _knowsSysctls) = (values, knowsModules, knowsSysctls);

    /// <summary>Of a host of which nothing is known.</summary>
    public static HostTraits None { get; } = new(ImmutableDictionary<HostTrait, string>.Empty, false, false);

    /// <summary>Traits that it has a value of.</summary>
    public IEnumerable<HostTrait> Known => _values.Keys;

    /// <summary>
    /// The value of a trait; <see cref="Absent"/> where the host does not have it, null where unknown.
    /// </summary>
    public string? Of(HostTrait trait) => _values.TryGetValue(trait, out string? value) ? value : trait.Kind switch
    {
        TraitKind.Module or TraitKind.ModuleSize when _knowsModules => Absent,
        TraitKind.Sysctl when _knowsSysctls => Absent,
        _ => null,
    };

    /// <summary>The traits in a capture.</summary>
    public static HostTraits Of(Capture capture)
    {
        var values = ImmutableDictionary.CreateBuilder<HostTrait, string>();
        if (capture.Host.Release is { } release)
        {
            Add(TraitKind.PatchLevel, release.Text);
            Add(TraitKind.Release, WithoutPatches(release));
        }

        Add(TraitKind.KernelIdent, capture.Sysctls.Text("kern.ident"));
        Add(TraitKind.Processor, capture.Sysctls.Text("hw.model"));
        Add(TraitKind.Architecture, capture.Host.Architecture);
        Add(TraitKind.Hypervisor, capture.Sysctls.Text("kern.vm_guest"));
        Add(TraitKind.NetworkDrivers, NetworkDrivers.Of(capture.Sysctls));
        Add(TraitKind.FileSystem, FileSystemOf(capture));
        foreach (KernelFile file in capture.KernelFiles?.Files.Where(f => !f.IsKernel) ?? [])
        {
            values[new HostTrait(TraitKind.Module, file.Name)] = "loaded";
            if (file.Size is { } size)
            {
                values[new HostTrait(TraitKind.ModuleSize, file.Name)] = size.ToString(CultureInfo.InvariantCulture);
            }
        }

        foreach (string name in capture.Sysctls.Names.Where(TunableTable.BuiltIn.Knows))
        {
            if (capture.Sysctls.Text(name) is { Length: <= LongestValue } value)
            {
                values[new HostTrait(TraitKind.Sysctl, name)] = value;
            }
        }

        return new HostTraits(
            values.ToImmutable(), capture.KernelFiles is not null, capture.Sysctls.Count >= FewestOfAll);

        void Add(TraitKind kind, string? value)
        {
            if (value is { Length: > 0 and <= LongestValue })
            {
                values[new HostTrait(kind, "")] = value;
            }
        }
    }

    private static string WithoutPatches(FreeBsdRelease release)
    {
        int patches = release.Text.LastIndexOf("-p", StringComparison.Ordinal);
        return release.PatchLevel > 0 && patches > 0 ? release.Text[..patches] : release.Text;
    }

    /// <summary>Which file systems are in use, by the malloc types that mounting one makes.</summary>
    private static string? FileSystemOf(Capture capture)
    {
        if (capture.MallocTypes is not { } types)
        {
            return null;
        }

        bool isUfs = types.Find(KnownNames.UfsMount) is { InUse: > 0 }
            || types.Find(KnownNames.OldUfsMount) is { InUse: > 0 };
        bool isZfs = types.Find(KnownNames.Zfs) is { InUse: > 0 }
            || capture.KernelFiles?.Files.Any(f => f.Name == "zfs.ko") == true;
        return (isZfs, isUfs) switch
        {
            (true, true) => "ZFS and UFS",
            (true, false) => "ZFS",
            (false, true) => "UFS",
            _ => null,
        };
    }
}
