using Leakstat.Model;

namespace Leakstat.History;

/// <summary>What changed on a host between two captures: modules, release, tunables, the clock.</summary>
internal static class CaptureChanges
{
    /// <summary>Events between two captures of one host.</summary>
    public static IEnumerable<HistoryEvent> Between(int sample, SampleFacts before, SampleFacts after)
    {
        if (before.TakenAt is { } earlier && after.TakenAt is { } later && later < earlier)
        {
            yield return new HistoryEvent(
                sample, "clock", $"the clock went back from {earlier:u} to {later:u}", null);
        }

        if (before.Release is { } oldRelease && after.Release is { } newRelease && oldRelease != newRelease)
        {
            yield return new HistoryEvent(sample, "release", $"{oldRelease} → {newRelease}", null);
        }

        if (before.OwnName is { } oldName && after.OwnName is { } newName
            && !HostNaming.MayBeSame(oldName.Name, newName.Name))
        {
            yield return new HistoryEvent(
                sample, "host", $"the outputs name {newName.Name}, and named {oldName.Name} before", newName.At);
        }

        foreach (HistoryEvent change in ModuleChanges(sample, before, after))
        {
            yield return change;
        }

        // Whoever knows that nothing changed gives both captures the same settings.
        if (ReferenceEquals(before.Tunables, after.Tunables))
        {
            yield break;
        }

        foreach ((string name, Reading now) in after.Tunables)
        {
            if (before.Tunables.TryGetValue(name, out Reading old) && old.Value != now.Value)
            {
                yield return new HistoryEvent(sample, "tunable", $"{name}: {old.Value} → {now.Value}", now.At);
            }
        }
    }

    private static IEnumerable<HistoryEvent> ModuleChanges(int sample, SampleFacts before, SampleFacts after)
    {
        if (before.Modules is not { } old || after.Modules is not { } now || ReferenceEquals(old, now))
        {
            yield break;
        }

        foreach ((string name, SourceLine at) in now)
        {
            if (!old.ContainsKey(name))
            {
                yield return new HistoryEvent(sample, "module loaded", name, at);
            }
        }

        foreach (string name in old.Keys.Where(name => !now.ContainsKey(name)))
        {
            yield return new HistoryEvent(sample, "module unloaded", name, null);
        }
    }
}
