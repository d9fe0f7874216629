using System.Collections.Immutable;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>The modules of a host that rules look up by name: those loaded, and those unloaded.</summary>
public sealed class LoadedModules
{
    private readonly HashSet<string> _names;
    private readonly ModuleIndex _loaded;
    private readonly ModuleIndex _unloaded;
    private readonly ImmutableArray<HistoryEvent> _unloads;

    /// <summary>Takes them from the latest capture and the history.</summary>
    public LoadedModules(Capture latest, HostHistory history, KnowledgeBase knowledge)
    {
        Latest = latest;
        Files = [.. latest.KernelFiles?.Files.Where(f => !f.IsKernel) ?? []];
        _names = [.. Files.Select(f => f.Name)];
        _loaded = new ModuleIndex(Files.Select(f => (f.Name, (IEnumerable<string>)f.Modules)));
        LinuxKpiDrivers = [.. Files.Select(f => f.Name).Where(knowledge.UsesLinuxKpi).Order(StringComparer.Ordinal)];
        _unloads = [.. history.Events.Where(e => e.Kind == "module unloaded")];
        _unloaded = new ModuleIndex(_unloads.Select(e => (e.Text, Enumerable.Empty<string>())));
    }

    /// <summary>The capture that they are of.</summary>
    public Capture Latest { get; }

    /// <summary>The files, without the kernel.</summary>
    public ImmutableArray<KernelFile> Files { get; }

    /// <summary>Those that allocate through LinuxKPI, in order.</summary>
    public ImmutableArray<string> LinuxKpiDrivers { get; }

    /// <summary>Whether a file of that name is loaded.</summary>
    public bool Has(string file) => _names.Contains(file);

    /// <summary>The files that a name is like, in the order of kldstat(8).</summary>
    public IEnumerable<(KernelFile File, ModuleLikeness Likeness)> Like(string name) =>
        _loaded.Like(name).Select(l => (Files[l.Index], l.Likeness));

    /// <summary>The last unloading of a module that a name is like; null where there was none.</summary>
    public HistoryEvent? Unloading(string name) =>
        _unloaded.Like(name).Select(l => _unloads[l.Index]).LastOrDefault();
}
