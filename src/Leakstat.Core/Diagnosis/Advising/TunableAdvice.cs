using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// Advice to set a tunable, right for the host's release: the name it has there, sysctl or loader, the line that makes
/// it last, and the way back to the value the capture shows. The one way for rules to advise a value.
/// </summary>
public static class TunableAdvice
{
    /// <summary>Kind of advice on what the loader reads (<see cref="Advice.Kind"/>).</summary>
    internal const string Loader = "loader";

    /// <summary>Older releases show themselves by their outputs.</summary>
    private static readonly (int Major, int Minor) s_oldest = (8, 0);

    /// <summary>
    /// Advice to set a tunable. Empty where the host has that value already, where a limit that can only be raised
    /// stands higher, and where the tunable cannot hold the value. Setting a cluster limit that the limit of mbufs does
    /// not cover raises that one first, as the kernel demands.
    /// </summary>
    /// <param name="context">The case.</param>
    /// <param name="name">Any release's name of it; the one of the host's release is used.</param>
    /// <param name="value">Value, in the tunable's own unit.</param>
    /// <param name="text">What it does and why, one or two sentences.</param>
    /// <param name="risk">What may go wrong.</param>
    /// <param name="revert">How to undo it, where writing the old value back is not the way.</param>
    /// <param name="assumed">The release where the capture does not name one and something else shows it.</param>
    public static ImmutableArray<Advice> Set(
        DiagnosisCase context, string name, long value, string text, string risk, string? revert = null,
        FreeBsdRelease? assumed = null)
    {
        FreeBsdRelease? release = context.Release ?? assumed;
        Tunable? tunable = TunableTable.BuiltIn.FindByAnyName(name, release);
        if (tunable is null || (release is null && !IsCertain(context, tunable)))
        {
            return AdvisedValue.Holds(context, name, value) ? [Unplaced(name, value, text, risk)] : [];
        }

        if (!AdvisedValue.Holds(context, tunable.Name, value))
        {
            return [];
        }

        // What the variable cannot hold is no value to go back to either.
        Reading? current = context.Sysctl(tunable.Name) is { } read
            && AdvisedValue.Holds(context, tunable.Name, read.Value)
            ? read
            : null;
        if (current?.Value == value || (tunable.IncreaseOnly && current?.Value >= value))
        {
            return [];
        }

        Advice advice = tunable.Kind == TunableKind.Loader
            ? AtBoot(context.Latest.Host, tunable, value, text, risk, revert, current)
            : AtRunTime(context.Latest.Host, tunable, value, text, risk, revert, current);
        return MbufLimits.RaisedFirst(context, tunable.Name, value) is { } mbufs
            ? [.. Set(
                context,
                MbufLimits.Mbufs,
                mbufs,
                "Raise the limit of mbufs first: the kernel refuses a cluster limit (EINVAL) when the limits of all "
                    + "clusters together would pass it.",
                risk), advice]
            : [advice];
    }

    /// <summary>
    /// Advice to double a limit that is read at boot, where its present value is not known: with how to see it, and no
    /// line to be copied.
    /// </summary>
    /// <param name="context">The case.</param>
    /// <param name="name">The tunable.</param>
    /// <param name="text">What it does and why.</param>
    /// <param name="risk">What may go wrong.</param>
    public static Advice DoubleAtBoot(DiagnosisCase context, string name, string text, string risk)
    {
        string place = SettingPlaces.Loader(context.Latest.Host);
        return new Advice
        {
            Kind = Loader,
            Text = $"{text} Put twice the present {name} into {place}. Read at boot only: it takes effect with the "
                + "next reboot.",
            Commands = [$"sysctl {name}"],
            Risk = risk,
            Revert = $"Take the line out of {place} and reboot. If the host does not boot: unset {name} at the loader "
                + "prompt, then boot.",
        };
    }

    /// <summary>Whether a tunable is read at boot only in a release.</summary>
    public static bool IsReadAtBoot(string name, FreeBsdRelease? release) =>
        TunableTable.BuiltIn.Find(name, release) is { Kind: TunableKind.Loader };

    /// <summary>Advice to take a setting out of a file, so that the default holds again after a reboot.</summary>
    /// <param name="context">The case.</param>
    /// <param name="isLoader">Whether it stands where the loader reads it, or where sysctl(8) does.</param>
    /// <param name="name">Name as it stands there.</param>
    /// <param name="text">Why.</param>
    /// <param name="risk">What may go wrong.</param>
    public static Advice Remove(DiagnosisCase context, bool isLoader, string name, string text, string risk) => new()
    {
        Kind = isLoader ? Loader : "config",
        Text = text,
        Commands = [SettingPlaces.Grep(context.Latest.Host, name)],
        Risk = risk,
        Revert = $"Put the line back into {PlaceOf(context.Latest.Host, isLoader)}.",
    };

    /// <summary>The place of settings that the loader reads, or that sysctl(8) does.</summary>
    internal static string PlaceOf(HostIdentity host, bool isLoader) =>
        isLoader ? SettingPlaces.Loader(host) : SettingPlaces.Sysctl(host);

    /// <summary>
    /// Whether a host of unknown release has the tunable in this way: all releases from 8 on do, or the capture shows
    /// it.
    /// </summary>
    private static bool IsCertain(DiagnosisCase context, Tunable tunable) =>
        (tunable.Last is null && (tunable.First is not { } first || first.CompareTo(s_oldest) <= 0))
        || context.Latest.Sysctls.Contains(tunable.Name);

    private static Advice AtBoot(
        HostIdentity host, Tunable tunable, long value, string text, string risk, string? revert, Reading? current)
    {
        string place = SettingPlaces.Loader(host);
        return new Advice
        {
            Kind = Loader,
            Text = $"{text} Read at boot only: it takes effect with the next reboot.",
            Persist = new PersistentLine(place, $"{tunable.Name}=\"{value}\""),
            Risk = risk,
            Revert = revert ?? (current is { } old
                ? $"Take the line out of {place} (or restore what stood there) and reboot; the value was "
                    + $"{old.Value}. If the host does not boot: unset {tunable.Name} at the loader prompt, then boot."
                : $"Take the line out of {place} and reboot. If the host does not boot: unset {tunable.Name} at "
                    + "the loader prompt, then boot."),
        };
    }

    private static Advice AtRunTime(
        HostIdentity host, Tunable tunable, long value, string text, string risk, string? revert, Reading? current)
    {
        string place = SettingPlaces.Sysctl(host);
        return new Advice
        {
            Kind = "sysctl",
            Text = text,
            Commands = [$"sysctl {tunable.Name}={value}"],
            Persist = new PersistentLine(place, $"{tunable.Name}={value}"),
            Risk = risk,
            Revert = revert ?? (tunable.IncreaseOnly, current) switch
            {
                (true, { } old) => $"At run time it can only be raised: take the line out of {place} and reboot "
                    + $"to be back at {old.Value}.",
                (true, null) => $"At run time it can only be raised: take the line out of {place} and reboot.",
                (false, { } old) => $"sysctl {tunable.Name}={old.Value}, and take the line out of {place}.",
                _ => $"Note the value before the change (sysctl {tunable.Name}); set it back and take the line out "
                    + $"of {place}.",
            },
        };
    }

    private static Advice Unplaced(string name, long value, string text, string risk) => new()
    {
        Kind = "config",
        Text = $"{text} Set {name} to {value}; where this release takes it from, two commands say: the first lists "
            + "it when sysctl(8) can write it, the second when the loader can.",
        Commands = [$"sysctl -W {name}", $"sysctl -T {name}"],
        Risk = risk,
        Revert = $"Note the value before the change (sysctl {name}) and set it back.",
    };
}
