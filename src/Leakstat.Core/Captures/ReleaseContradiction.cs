using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>
/// Whether the parts of a capture say different releases: then they are of two hosts, or of one before and after an
/// upgrade, and none of them may be read by the other's release.
/// </summary>
internal static class ReleaseContradiction
{
    /// <summary>The two places that contradict each other; null where all agree.</summary>
    public static OtherRelease? In(
        ImmutableArray<SaidRelease> manifest, SysctlTable sysctls, UnameLine? uname, KernelMessages? messages)
    {
        SaidRelease[] said = [.. Said(sysctls, uname), .. manifest, .. Booted(messages)];
        return said.SelectMany((one, i) => said.Skip(i + 1).Where(other => !MayBeSame(one, other))
                .Select(other => new OtherRelease(one.Text, one.At, other.Text, other.At)))
            .FirstOrDefault();
    }

    private static IEnumerable<SaidRelease> Said(SysctlTable sysctls, UnameLine? uname)
    {
        if (sysctls.TryLocate("kern.osrelease", out SourceLine? at)
            && SaidRelease.Parse(sysctls.Text("kern.osrelease"), at.Value) is { } text)
        {
            yield return text;
        }

        if (sysctls.Number("kern.osreldate") is { } number
            && SaidRelease.OfNumber(number.Value, number.At) is { } version)
        {
            yield return version;
        }

        // A release alone may be userland's, of freebsd-version(1), which may be another than the kernel's.
        if (uname is { Machine: not null } && SaidRelease.Parse(uname.Release, uname.At) is { } ofKernel)
        {
            yield return ofKernel;
        }
    }

    /// <summary>
    /// What the running kernel called itself when it booted (<c>sys/kern/init_main.c</c>), where its buffer still holds
    /// that.
    /// </summary>
    private static IEnumerable<SaidRelease> Booted(KernelMessages? messages)
    {
        const string Version = "FreeBSD ";
        foreach (KernelMessage message in messages?.OfRunningBoot ?? [])
        {
            if (message.Text.StartsWith(Version, StringComparison.Ordinal)
                && message.Text[Version.Length..].Split(' ', 2)[0] is var word
                && SaidRelease.Parse(word, messages!.At(message)) is { } said)
            {
                yield return said;
                yield break;
            }
        }
    }

    /// <summary>
    /// Whether two may be of one kernel. The number on the way to a release is that of the branch (14.2-PRERELEASE is
    /// 1401504), so that of a number the major version alone is compared.
    /// </summary>
    private static bool MayBeSame(SaidRelease one, SaidRelease other) =>
        one.Release.Major == other.Release.Major
        && (one.IsNumber || other.IsNumber || one.Release.Minor == other.Release.Minor);
}

/// <summary>A release as one part of a capture says it.</summary>
/// <param name="Text">As it stands there.</param>
/// <param name="Release">The release.</param>
/// <param name="IsNumber">Whether it is said by the number (<c>kern.osreldate</c>).</param>
/// <param name="At">Where.</param>
public sealed record SaidRelease(string Text, FreeBsdRelease Release, bool IsNumber, SourceLine At)
{
    /// <summary>A release in words; null where the text is none.</summary>
    public static SaidRelease? Parse(string? text, SourceLine at) =>
        FreeBsdRelease.Parse(text) is { } release ? new SaidRelease(release.Text, release, IsNumber: false, at) : null;

    /// <summary>A release by its number; null where that is none.</summary>
    public static SaidRelease? OfNumber(long number, SourceLine at) =>
        FreeBsdRelease.FromVersionNumber(number) is { } release
            ? new SaidRelease(FormattableString.Invariant($"{number}"), release, IsNumber: true, at)
            : null;
}
