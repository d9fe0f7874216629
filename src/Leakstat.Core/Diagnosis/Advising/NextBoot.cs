using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// A host as it will be set when it is booted again: the values of <c>/boot/loader.conf</c> and <c>/etc/sysctl.conf</c>
/// in place of those that run. Rules on settings judge both, so that a line is told of before it does harm.
/// </summary>
public static class NextBoot
{
    private const string KernelMemory = "vm.kmem_size";
    private const string ArcStatistics = "kstat.zfs.misc.arcstats.";

    /// <summary>What a rule finds in the settings that run, and what it finds in those of the next boot only.</summary>
    /// <param name="context">The host as it runs.</param>
    /// <param name="judge">What the rule finds in a case.</param>
    public static IEnumerable<Finding> Judge(DiagnosisCase context, Func<DiagnosisCase, IEnumerable<Finding>> judge)
    {
        ImmutableArray<Finding> now = [.. judge(context)];
        Dictionary<string, Setting> changed = ChangedBy(context);
        if (changed.Count == 0)
        {
            return now;
        }

        // What is told of the host as it runs is not told again of the same thing.
        var told = now.Select(finding => finding.Subject).ToHashSet();
        return
        [
            .. now,
            .. judge(At(context, changed))
                .Where(finding => !told.Contains(finding.Subject))
                .Select(finding => (Finding: finding, Setting: SettingOf(finding, changed.Values)))
                .Where(pair => pair.Setting is not null)
                .Select(pair => Later(context, pair.Finding, pair.Setting!)),
        ];
    }

    /// <summary>
    /// Settings that differ from what runs, by the sysctl that they change; the last line of a name holds.
    /// </summary>
    private static Dictionary<string, Setting> ChangedBy(DiagnosisCase context)
    {
        var settings = new Dictionary<string, Setting>();
        foreach (Configuration? file in (ReadOnlySpan<Configuration?>)[
            context.Latest.LoaderConfiguration, context.Latest.SysctlConfiguration])
        {
            foreach (ConfigurationLine line in file?.Lines ?? [])
            {
                if (line.Number is { } value && IsRead(line.Name, file is LoaderConfiguration, context.Release))
                {
                    settings[line.Name] = new Setting(
                        line.Name, value, file is LoaderConfiguration, new SourceLine(file!.File, line.Line));
                }
            }
        }

        // kmeminit() clips the default, and not a size that is set, to the maximum.
        if (settings.TryGetValue("vm.kmem_size_max", out Setting? most) && most.Value > 0
            && !settings.ContainsKey(KernelMemory)
            && (context.Sysctl(KernelMemory) is not { } runs || runs.Value > most.Value))
        {
            settings[KernelMemory] = most;
        }

        return settings.Where(setting => context.Sysctl(setting.Key)?.Value != setting.Value.Value).ToDictionary();
    }

    /// <summary>Whether a line in that file has an effect: the tunable is one of that file, in that release.</summary>
    private static bool IsRead(string name, bool isLoader, FreeBsdRelease? release)
    {
        TunableTable table = TunableTable.BuiltIn;
        if (!table.Knows(name))
        {
            return true;
        }

        IEnumerable<Tunable> spans = table.Spans(name)
            .Where(span => release is null || span.IsIn(release.Major, release.Minor));
        return spans.Any(span => span.Kind != (isLoader ? TunableKind.Runtime : TunableKind.Loader));
    }

    private static DiagnosisCase At(DiagnosisCase context, Dictionary<string, Setting> changed)
    {
        IEnumerable<KeyValuePair<string, SysctlTable.Entry>> values =
            changed.Concat(EffectiveArc(context, changed)).Select(pair => KeyValuePair.Create(
                pair.Key,
                new SysctlTable.Entry(
                    Encoding.UTF8.GetBytes(pair.Value.Value.ToString(CultureInfo.InvariantCulture)), pair.Value.At)));
        return context with { Latest = context.Latest with { Sysctls = context.Latest.Sysctls.With(values) } };
    }

    /// <summary>
    /// Ceiling and floor of the ARC that will be in effect, where the kernel takes what is set: at least 64 MiB
    /// (32 MiB) and below memory.
    /// </summary>
    private static IEnumerable<KeyValuePair<string, Setting>> EffectiveArc(
        DiagnosisCase context, Dictionary<string, Setting> changed)
    {
        long memory = context.Latest.Host.PhysicalMemory?.Value ?? long.MaxValue;
        foreach ((string end, string leaf, long least) in (ImmutableArray<(string, string, long)>)[
            ("max", "c_max", 64L << 20), ("min", "c_min", 32L << 20)])
        {
            if ((changed.GetValueOrDefault("vfs.zfs.arc." + end) ?? changed.GetValueOrDefault("vfs.zfs.arc_" + end))
                is { } setting
                && setting.Value >= least && setting.Value < memory)
            {
                yield return KeyValuePair.Create(ArcStatistics + leaf, setting);
            }
        }
    }

    /// <summary>The setting that a finding rests on; null where it is not about a setting of the next boot.</summary>
    private static Setting? SettingOf(Finding finding, IEnumerable<Setting> changed) =>
        changed.FirstOrDefault(setting => finding.Evidence.Any(evidence => evidence.At == setting.At));

    private static Finding Later(DiagnosisCase context, Finding finding, Setting setting) => finding with
    {
        Title = $"At the next boot: {finding.Title}",
        Evidence =
        [
            .. finding.Evidence,
            .. context.Sysctl(setting.Name) is { } runs
                ? (ImmutableArray<Evidence>)[Evidence.Of($"What runs now: {setting.Name} is {runs.Value}", runs)]
                : [],
        ],
        Advice =
        [
            TunableAdvice.Remove(
                context,
                setting.IsLoader,
                setting.Name,
                context.Sysctl(setting.Name) is { } kept
                    ? $"Take the line out, or correct it, before the host is booted again; {kept.Value} runs now."
                    : "Take the line out, or correct it, before the host is booted again.",
                "The kernel's default holds from the next boot on."),
        ],
    };

    /// <summary>A line of a file that has an effect at boot.</summary>
    private sealed record Setting(string Name, long Value, bool IsLoader, SourceLine At);
}
