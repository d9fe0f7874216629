using System.Buffers;
using System.Text;
using Leakstat.Captures.Text;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Uname;

/// <summary>
/// <c>uname -a</c> (<c>FreeBSD host 14.2-RELEASE FreeBSD 14.2-RELEASE … GENERIC amd64</c>), which also heads a
/// crash summary, and a release on a line of its own, as <c>uname -r</c> and freebsd-version(1) print it.
/// </summary>
public sealed class UnameText : IFormat
{
    private static readonly SearchValues<byte> VersionBytes = SearchValues.Create("0123456789."u8);

    /// <inheritdoc/>
    public string Name => "uname/text";

    /// <inheritdoc/>
    public string Command => "uname -a";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) =>
        TryAll(line, out _, out _, out _) || TryRelease(line, out _) ? LineFit.Header : LineFit.None;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var problems = new LineProblems(section, capture, "a line of uname");
        int rows = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (Scan.IsEmpty(line) || problems.IsFragment(lines))
            {
                continue;
            }

            if (TryAll(
                line, out ReadOnlySpan<byte> host, out ReadOnlySpan<byte> release, out ReadOnlySpan<byte> machine))
            {
                rows++;
                if (ApplianceTable.OfKernel(Encoding.UTF8.GetString(line)) is { } product)
                {
                    capture.Offer(new ApplianceLine(product, null, section.At(lines.Number)), PartRank.Rounded);
                }

                capture.Offer(
                    new UnameLine(
                        host.IsEmpty ? null : capture.Names.Get(host),
                        capture.Names.Get(release),
                        machine.IsEmpty ? null : capture.Names.Get(machine),
                        section.At(lines.Number)),
                    PartRank.Rich);
            }
            else if (TryRelease(line, out ReadOnlySpan<byte> alone))
            {
                // freebsd-version may mean userland's release: it counts where nothing else tells one.
                rows++;
                capture.Offer(
                    new UnameLine(null, Encoding.ASCII.GetString(alone), null, section.At(lines.Number)),
                    PartRank.Rounded);
            }
            else
            {
                problems.Skip(lines);
            }
        }

        return new FormatResult(rows, problems.Skipped);
    }

    private static bool TryAll(
        ReadOnlySpan<byte> line,
        out ReadOnlySpan<byte> host,
        out ReadOnlySpan<byte> release,
        out ReadOnlySpan<byte> machine)
    {
        machine = default;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> system = Scan.Word(ref rest);
        if (system.SequenceEqual("uname:"u8))
        {
            system = Scan.Word(ref rest);
        }

        host = Scan.Word(ref rest);

        // Whoever takes the host's name out leaves nothing in its place.
        bool isNameless = IsRelease(host);
        release = isNameless ? host : Scan.Word(ref rest);
        host = isNameless ? default : host;
        if (!system.SequenceEqual("FreeBSD"u8) || host.Length > 255 || !IsRelease(release))
        {
            return false;
        }

        // The version text says the same release once more; its last word, behind it, is the machine.
        if (!Scan.Word(ref rest).SequenceEqual("FreeBSD"u8) || Scan.IsEmpty(rest))
        {
            return false;
        }

        ReadOnlySpan<byte> last = Scan.LastWord(ref rest);
        if (last.Length <= 16 && last.IndexOfAny((byte)'/', (byte)':') < 0 && !Scan.IsEmpty(rest))
        {
            machine = last;
        }

        return true;
    }

    /// <summary>
    /// A release and nothing else, at most with <c>FreeBSD</c> in front as in dashboards, or with the kernel's name
    /// behind it as in motd: <c>FreeBSD 15.0-RELEASE (GENERIC) #0 …</c>; and as savecore(8) writes it into
    /// <c>info.N</c>: <c>Version String: FreeBSD 6.0-RELEASE #0: …</c>.
    /// </summary>
    private static bool TryRelease(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> release)
    {
        release = Scan.Trim(line);
        if (release.StartsWith("Version String: "u8))
        {
            release = Scan.Trim(release["Version String: "u8.Length..]);
        }

        if (release.StartsWith("FreeBSD "u8))
        {
            ReadOnlySpan<byte> rest = release["FreeBSD "u8.Length..];
            release = Scan.Word(ref rest);
            rest = Scan.Trim(rest);
            if (!rest.IsEmpty && rest[0] is not ((byte)'(' or (byte)'#'))
            {
                return false;
            }
        }

        // No FreeBSD 2 prints what is read here; pfSense's versions begin so.
        return release.Length < 40 && release.IndexOf((byte)' ') < 0 && IsRelease(release)
            && !release.StartsWith("2."u8);
    }

    /// <summary><c>14.2-RELEASE-p3</c>, <c>15-CURRENT</c>: number, hyphen, capital letter.</summary>
    private static bool IsRelease(ReadOnlySpan<byte> text)
    {
        int hyphen = text.IndexOf((byte)'-');
        if (hyphen <= 0 || hyphen > 5 || hyphen + 1 >= text.Length || !Scan.IsDigit(text[0]))
        {
            return false;
        }

        ReadOnlySpan<byte> branch = text[(hyphen + 1)..];
        return !text[..hyphen].ContainsAnyExcept(VersionBytes)
            && (branch.StartsWith("RELEASE"u8)
                || branch.StartsWith("STABLE"u8)
                || branch.StartsWith("CURRENT"u8)
                || branch.StartsWith("BETA"u8)
                || branch.StartsWith("RC"u8)
                || branch.StartsWith("ALPHA"u8)
                || branch.StartsWith("PRERELEASE"u8));
    }
}
