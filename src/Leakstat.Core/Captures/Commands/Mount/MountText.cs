using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Mount;

/// <summary>
/// mount(8): <c>/dev/vtbd0p3 on / (ufs, local)</c> (<c>sbin/mount/mount.c</c>, <c>prmount</c>). Only how many there are
/// is kept: each is an item of the zone <c>Mountpoints</c>.
/// </summary>
public sealed class MountText : IFormat
{
    /// <inheritdoc/>
    public string Name => "mount/text";

    /// <inheritdoc/>
    public string Command => "mount";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) =>
        IsRow(line, out bool isPlain) ? isPlain ? LineFit.Row : LineFit.Continues : LineFit.None;

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => false;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var problems = new LineProblems(section, capture, "a line of mount");
        int mounts = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            if (IsRow(lines.Line, out _))
            {
                mounts++;
            }
            else if (!Scan.IsEmpty(lines.Line) && !problems.IsFragment(lines))
            {
                problems.Skip(lines);
            }
        }

        if (mounts > 0)
        {
            capture.Offer(new MountTable(section.File, mounts));
        }

        return new FormatResult(mounts, problems.Skipped);
    }

    /// <summary>
    /// Whether a line is a mount; plain is one whose names have no blanks, which nothing else looks like.
    /// </summary>
    private static bool IsRow(ReadOnlySpan<byte> line, out bool isPlain)
    {
        isPlain = false;
        ReadOnlySpan<byte> text = Scan.Trim(line);
        int on = text.IndexOf(" on /"u8);
        int options = on <= 0 ? -1 : text[on..].LastIndexOf(" ("u8);
        if (options <= 0 || text[^1] != ')')
        {
            return false;
        }

        isPlain = !text[..on].Contains((byte)' ') && !text[(on + 4)..(on + options)].Contains((byte)' ');
        return true;
    }
}
