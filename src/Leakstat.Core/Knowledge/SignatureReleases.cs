using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>How a host's release stands to a signature's.</summary>
internal enum ReleaseFit
{
    /// <summary>The release is one of those concerned.</summary>
    Concerned,

    /// <summary>The report or the capture does not say, or the branch lies between the bug and its fix.</summary>
    NotKnown,

    /// <summary>The bug is fixed there, or never was there.</summary>
    NotConcerned,
}

/// <summary>Compares releases with a signature.</summary>
internal static class SignatureReleases
{
    /// <summary>How the release stands to the signature.</summary>
    public static ReleaseFit Fit(this Signature signature, FreeBsdRelease? release)
    {
        if (release is null || signature.Releases.IsEmpty)
        {
            return ReleaseFit.NotKnown;
        }

        if (!signature.Releases.Any(range => IsIn(range, release))
            || (!signature.Branches.IsEmpty && release.Branch.Length > 0
                && !signature.Branches.Any(b => release.Branch.StartsWith(b, StringComparison.Ordinal))))
        {
            return ReleaseFit.NotConcerned;
        }

        foreach (string text in signature.FixedIn)
        {
            if (FreeBsdRelease.Parse(text) is not { } fix || fix.Major != release.Major || fix.Minor != release.Minor)
            {
                continue;
            }

            if (release.Branch is not ("RELEASE" or ""))
            {
                // A stable branch was fixed on some day between two releases; its name does not tell the day.
                return ReleaseFit.NotKnown;
            }

            return release.PatchLevel >= fix.PatchLevel ? ReleaseFit.NotConcerned : ReleaseFit.Concerned;
        }

        return ReleaseFit.Concerned;
    }

    /// <summary>Whether a release lies in <c>from..to</c>, both included, either end open.</summary>
    private static bool IsIn(string range, FreeBsdRelease release)
    {
        int dots = range.IndexOf("..", StringComparison.Ordinal);
        string from = dots < 0 ? range : range[..dots];
        string to = dots < 0 ? range : range[(dots + 2)..];
        return (FreeBsdRelease.Parse(from) is not { } first || release.IsAtLeast(first.Major, first.Minor))
            && (FreeBsdRelease.Parse(to) is not { } last || last.IsAtLeast(release.Major, release.Minor));
    }
}
