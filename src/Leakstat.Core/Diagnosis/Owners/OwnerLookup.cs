using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Owners;

/// <summary>
/// From the name of a zone or malloc type to its possible owners: the table of owners first, modules that are really
/// loaded before those that are not, likeness of names only where it is labelled as such. What is not known is said to
/// be unknown.
/// </summary>
public static class OwnerLookup
{
    /// <summary>Module name of an owner that is not known.</summary>
    public const string Unknown = "unknown";

    private const string Kernel = "kernel";

    /// <summary>
    /// Likeliest owners first; never empty for a zone, an mbuf zone or a malloc type, empty for other subjects.
    /// </summary>
    public static ImmutableArray<Owner> Of(DiagnosisCase context, Subject subject) => subject.Kind switch
    {
        SubjectKind.Zone or SubjectKind.Mbuf => Of(context, isZone: true, subject.Name),
        SubjectKind.Malloc => Of(context, isZone: false, subject.Name),
        _ => [],
    };

    /// <summary>Likeliest owners of a zone or malloc type first; never empty.</summary>
    public static ImmutableArray<Owner> Of(DiagnosisCase context, bool isZone, string name)
    {
        OwnerEntry[] entries = [.. isZone ? context.Knowledge.Zone(name) : context.Knowledge.MallocType(name)];
        string kind = isZone ? "zone" : "malloc type";
        var owners = new List<(int Rank, Owner Owner)>();
        foreach (OwnerEntry entry in entries)
        {
            AddFromTable(owners, context, entry);
        }

        AddLinuxKpi(owners, context, isZone, name, entries);
        AddByName(owners, context, kind, name, isKnown: entries.Length > 0);
        if (owners.Count == 0)
        {
            owners.Add(
                (
                    9,
                    new Owner(
                        Unknown,
                        null,
                        $"the {kind} {name} is not in the table of owners{NoModuleOfThatName(context)}")));
        }

        return [.. owners.OrderBy(o => o.Rank).Select(o => o.Owner).DistinctBy(o => (o.Module, o.Source))];
    }

    private static string NoModuleOfThatName(DiagnosisCase context) => context.Latest.KernelFiles is null
        ? "; the capture has no kldstat to look for a module of that name"
        : ", and no loaded module has its name";

    private static void AddFromTable(List<(int Rank, Owner Owner)> owners, DiagnosisCase context, OwnerEntry entry)
    {
        string what = Describe(entry);
        string? source = entry.Source.Length > 0 ? entry.Source : null;
        if (entry.Module.StartsWith("not built on", StringComparison.Ordinal) || entry.Module.EndsWith(
            " only", StringComparison.Ordinal))
        {
            owners.Add(
                (8, new Owner(Kernel, source, $"the table knows this name from code that is {entry.Module}: {what}")));
            return;
        }

        if (PlatformOf(entry) is { } platform && context.Latest.Host.Architecture is { } host
            && !host.StartsWith(platform, StringComparison.Ordinal))
        {
            owners.Add(
                (8, new Owner(Kernel, null, $"the table knows this name from code of {platform} alone: {what}")));
            return;
        }

        string[] modules = entry.Module.Split(
            ';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] files = [.. modules.Where(m => m.EndsWith(".ko", StringComparison.Ordinal))];
        string[] loaded = [.. files.Where(context.Modules.Has)];
        if (loaded.Length > 0)
        {
            foreach (string file in loaded)
            {
                owners.Add((0, new Owner(file, source, $"{what}; {file} is loaded")));
            }

            return;
        }

        if (modules.Length > files.Length)
        {
            string option = modules.First(m => !m.EndsWith(".ko", StringComparison.Ordinal));
            owners.Add((1, new Owner(Kernel, source, option == Kernel ? what : $"{what}; {option}")));
            return;
        }

        string state = context.Latest.KernelFiles is null
            ? "whether it is loaded is not known: the capture has no kldstat"
            : "not among the loaded files: compiled into this kernel, or unloaded since";
        foreach (string file in files)
        {
            owners.Add((2, new Owner(file, source, $"{what}; {state}")));
        }
    }

    /// <summary>The one platform that its code is of, as the table says: <c>kernel (arm)</c>; else null.</summary>
    private static string? PlatformOf(OwnerEntry entry) =>
        entry.Module.StartsWith("kernel (", StringComparison.Ordinal) && entry.Module.EndsWith(')')
            && entry.Module["kernel (".Length..^1] is var name && !name.Contains(' ', StringComparison.Ordinal)
            ? name
            : null;

    private static string Describe(OwnerEntry entry)
    {
        string subsystem = entry.Subsystem.Length > 0 ? entry.Subsystem : "table of owners";
        string what = entry.Represents.Length > 0 ? $"{subsystem}: {entry.Represents}" : subsystem;
        return entry is { IsZone: true, Subsystem: "malloc(9)" }
            ? $"{what}; it holds blocks of every malloc type, and no block names its type (vmstat -m lists the types)"
            : what;
    }

    /// <summary>
    /// LinuxKPI drivers share its zones and types; kmalloc's type was <c>linux</c> up to 12 and is <c>lkpikmalloc</c>
    /// from 13 on (<c>sys/compat/linuxkpi/common/src/linux_compat.c</c>).
    /// </summary>
    private static void AddLinuxKpi(
        List<(int Rank, Owner Owner)> owners, DiagnosisCase context, bool isZone, string name, OwnerEntry[] entries)
    {
        bool isShared = entries.Any(e => e.Subsystem == "LinuxKPI");
        ImmutableArray<string> drivers = context.Modules.LinuxKpiDrivers;
        bool isOldType = !isZone && name == "linux" && !context.Latest.Host.IsAtLeast(13)
            && (drivers.Length > 0 || context.Modules.Has("linuxkpi.ko"));
        if (!isShared && !isOldType)
        {
            return;
        }

        string shared = isOldType
            ? "up to FreeBSD 12 kmalloc of LinuxKPI has this name, too, and all its drivers share it"
            : "shared by all LinuxKPI drivers; the name does not tell which one holds the memory";
        if (drivers.Length == 0)
        {
            string none = context.Latest.KernelFiles is null
                ? "the capture has no kldstat to name those loaded"
                : "no driver that is known to use LinuxKPI is loaded as a module";
            owners.Add((3, new Owner("linuxkpi.ko", null, $"{shared}; {none}")));
            return;
        }

        foreach (string driver in drivers)
        {
            owners.Add((isOldType ? 1 : 0, new Owner(driver, null, $"{shared}; {driver} is loaded and uses LinuxKPI")));
        }
    }

    private static void AddByName(
        List<(int Rank, Owner Owner)> owners, DiagnosisCase context, string kind, string name, bool isKnown)
    {
        foreach ((KernelFile file, ModuleLikeness likeness) in context.Modules.Like(name))
        {
            ModuleOrigin origin = context.Knowledge.OriginOf(file.Name, context.Release);
            bool isOutOfTree = origin == ModuleOrigin.OutOfTree;
            if ((isKnown && !isOutOfTree) || origin == ModuleOrigin.Firmware)
            {
                continue;
            }

            string tree = isOutOfTree ? ", which is out of tree" : "";
            if (likeness == ModuleLikeness.SameFile)
            {
                owners.Add((isKnown ? 4 : 0, new Owner(
                    file.Name,
                    null,
                    $"the {kind} has the name of the loaded module {file.Name}{tree} (a likeness of names, "
                        + "no proof)")));
            }
            else if (likeness == ModuleLikeness.SameModule)
            {
                owners.Add((isKnown ? 4 : 0, new Owner(
                    file.Name,
                    null,
                    $"{file.Name}{tree} contains a module of the {kind}'s name (a likeness of names, no proof)")));
            }
            else if (!isKnown)
            {
                owners.Add((5, new Owner(
                    file.Name,
                    null,
                    $"the {kind}'s name begins like that of the loaded module {file.Name}{tree} (a likeness of "
                        + "names, no proof)")));
            }
        }
    }
}
