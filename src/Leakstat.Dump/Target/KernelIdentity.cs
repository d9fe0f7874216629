using System.Globalization;
using System.Text.RegularExpressions;
using Leakstat.Dump.Files;

namespace Leakstat.Dump.Target;

/// <summary>Which kernel was running.</summary>
public sealed partial record KernelIdentity
{
    /// <summary>The kernel's version text (symbol <c>version</c>), as <c>uname -v</c> has it, with line ends.</summary>
    public required string Version { get; init; }

    /// <summary><c>__FreeBSD_version</c> (symbol <c>osreldate</c>); 0 where it cannot be read.</summary>
    public required int OsRelDate { get; init; }

    /// <summary><c>amd64</c> or <c>arm64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Host name; null where nothing tells it.</summary>
    public string? HostName { get; init; }

    /// <summary>The panic message; null where there was none (a live dump) or nothing tells it.</summary>
    public string? Panic { get; init; }

    /// <summary>
    /// When the dump was made: by the kernel's own clock, else as savecore(8) or the kernel wrote it beside; null where
    /// nothing tells it.
    /// </summary>
    public DateTimeOffset? DumpedAt { get; init; }

    /// <summary>
    /// The release: <c>14.2-RELEASE</c>, <c>14.2-RELEASE-p3</c>; null where the version text has none.
    /// </summary>
    public string? Release => ReleaseIn(Version);

    /// <summary>
    /// Whether the kernel is known to be older than a version, by <see cref="OsRelDate"/>, else by the version text. A
    /// kernel of which
    /// neither can be read counts as new, everywhere.
    /// </summary>
    /// <param name="version">A <c>__FreeBSD_version</c>.</param>
    public bool IsBefore(int version) =>
        (OsRelDate > 0 ? OsRelDate : VersionOf(Release)) is > 0 and var own && own < version;

    /// <summary>The release in a version text: <c>FreeBSD 14.2-RELEASE-p1 releng/…</c>.</summary>
    public static string? ReleaseIn(string version)
    {
        Match match = ReleaseText().Match(version);
        return match.Success ? match.Groups["release"].Value : null;
    }

    /// <summary>
    /// Whether two version texts are of one kernel: equal but for white space, or one the beginning of the other
    /// (info.N and headers cut).
    /// </summary>
    public static bool IsSame(string one, string other)
    {
        string a = FieldText.OneLine(one);
        string b = FieldText.OneLine(other);
        return a.Length > 0
            && b.Length > 0
            && (a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal));
    }

    /// <summary>The least <c>__FreeBSD_version</c> of a release; 0 where there is none.</summary>
    private static int VersionOf(string? release)
    {
        string[] numbers = release?.Split('-')[0].Split('.') ?? [];
        return numbers.Length == 2
            && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
                ? (major * 100_000) + (minor * 1000)
                : 0;
    }

    [GeneratedRegex(
        @"^FreeBSD (?<release>\d{1,2}\.\d{1,2}-[A-Za-z0-9.-]{1,32})",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex ReleaseText();
}
