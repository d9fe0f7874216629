using System.Globalization;

namespace Leakstat.Model;

/// <summary>A FreeBSD release as <c>kern.osrelease</c> or <c>uname -r</c> names it.</summary>
/// <param name="Text">The text as printed: <c>14.2-RELEASE-p3</c>.</param>
/// <param name="Major">Major version: 14.</param>
/// <param name="Minor">Minor version: 2. 0 for a branch name such as <c>15-CURRENT</c>.</param>
/// <param name="Branch">RELEASE, STABLE, CURRENT, BETA1, …; empty when none is printed.</param>
/// <param name="PatchLevel">The number behind <c>-p</c>; 0 for none.</param>
public sealed record FreeBsdRelease(string Text, int Major, int Minor, string Branch, int PatchLevel)
{
    /// <summary>Reads a release; null where the text is none (no number in front).</summary>
    public static FreeBsdRelease? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        string trimmed = text.Trim();
        string[] parts = trimmed.Split('-');
        string[] numbers = parts[0].Split('.');
        if (numbers.Length > 3 || !TryNumber(numbers[0], out int major) || major is < 2 or > 99)
        {
            return null;
        }

        int minor = numbers.Length > 1 && TryNumber(numbers[1], out int read) ? read : 0;
        string branch = parts.Length > 1 ? parts[1] : "";
        int patch = 0;
        for (int i = 1; i < parts.Length; i++)
        {
            if (parts[i].StartsWith('p') && TryNumber(parts[i][1..], out int level))
            {
                patch = level;
                branch = i == 1 ? "" : branch;
            }
        }

        return new FreeBsdRelease(trimmed, major, minor, branch, patch);
    }

    /// <summary>
    /// The release behind a <c>__FreeBSD_version</c>: 1402000 is 14.2. From 5.0 on the number is
    /// major × 100000 + minor × 1000 + bump (<c>sys/sys/param.h</c>). Null where it cannot be one.
    /// </summary>
    public static FreeBsdRelease? FromVersionNumber(long osreldate)
    {
        if (osreldate is < 500000 or > 9_999_999)
        {
            return null;
        }

        int major = (int)(osreldate / 100_000);
        int minor = (int)(osreldate / 1000 % 100);
        return new FreeBsdRelease(FormattableString.Invariant($"{major}.{minor}"), major, minor, "", 0);
    }

    /// <summary>Whether this is that release or a later one.</summary>
    public bool IsAtLeast(int major, int minor = 0) => Major > major || (Major == major && Minor >= minor);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
