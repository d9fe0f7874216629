using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>The ceiling of the ARC that was asked for: a sysctl, else a line of loader.conf or sysctl.conf.</summary>
internal static class ArcSetting
{
    /// <summary>
    /// Least ceiling that the kernel takes, bytes; what is below it was never in effect (<c>arc_tuning_update</c>,
    /// <c>module/zfs/arc.c</c>).
    /// </summary>
    private const long LeastCeiling = 64L << 20;

    private static readonly string[] s_names = ["vfs.zfs.arc.max", "vfs.zfs.arc_max"];

    /// <summary>
    /// The setting, bytes; null where there is none, it is the default (0), or no kernel would take it.
    /// </summary>
    public static Reading? Of(Capture capture)
    {
        Reading? asked = capture.Sysctls.Number(s_names) is { Value: > 0 } sysctl ? sysctl
            : capture.Sysctls.Number(s_names) is not null ? null
            : InFile(capture.SysctlConfiguration) ?? InFile(capture.LoaderConfiguration);
        return asked is { } value && value.Value >= LeastCeiling
            && value.Value < (capture.Host.PhysicalMemory?.Value ?? long.MaxValue)
            ? asked
            : null;
    }

    /// <summary>The last line with one of the names: the one that holds.</summary>
    private static Reading? InFile(Configuration? file)
    {
        if (file is null)
        {
            return null;
        }

        foreach (ConfigurationLine line in file.Lines.Reverse())
        {
            if (s_names.Contains(line.Name) && line.Number is >= 0 and { } bytes)
            {
                return new Reading(bytes, new SourceLine(file.File, line.Line));
            }
        }

        return null;
    }
}
