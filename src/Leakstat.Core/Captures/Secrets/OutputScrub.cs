using System.Text.RegularExpressions;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// What scrubbing the output of one command takes beyond the form of its lines: which of its places hold names, and
/// which words are the kernel's own. One is made for each text.
/// </summary>
/// <param name="names">What stands for what.</param>
/// <param name="lines">Scrubs a line by the forms in it.</param>
internal abstract class OutputScrub(Pseudonyms names, LineScrubber lines)
{
    /// <summary>Whether its columns are to stay where they are.</summary>
    public virtual bool IsAligned => false;

    /// <summary>What stands for what.</summary>
    protected Pseudonyms Names => names;

    /// <summary>Scrubs a line by the forms in it.</summary>
    protected LineScrubber Lines => lines;

    /// <summary>Starts a new output.</summary>
    public virtual void Reset()
    {
    }

    /// <summary>Makes known the names that stand in a line's places.</summary>
    public virtual void Learn(string line)
    {
    }

    /// <summary>The line without what is secret.</summary>
    /// <param name="line">The line.</param>
    /// <param name="fit">How it fits the command's format.</param>
    /// <param name="isTranscript">Whether outputs and prose are mixed, so that the line may be anybody's.</param>
    public virtual string Line(string line, LineFit fit, bool isTranscript) =>
        lines.Strict(line);
}

/// <summary>Any output: only words of FreeBSD's own and numbers stay.</summary>
internal sealed class PlainScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <summary>Makes one.</summary>
    public static OutputScrub Make(Pseudonyms names, LineScrubber lines) => new PlainScrub(names, lines);
}

/// <summary>As any, in columns.</summary>
internal sealed class AlignedScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override bool IsAligned => true;
}

/// <summary>
/// Tables of the kernel: the names of zones and types are what a diagnosis is about, and are kept but for what has the
/// form of a secret; all else is numbers.
/// </summary>
internal sealed partial class KernelTableScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override bool IsAligned => true;

    /// <summary>Makes one.</summary>
    public static OutputScrub Make(Pseudonyms names, LineScrubber lines) => new KernelTableScrub(names, lines);

    /// <inheritdoc/>
    public override void Learn(string line)
    {
        if (Row().Match(line) is { Success: true } row)
        {
            KeepName(Names, Lines, row.Groups["name"].Value);
        }
    }

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        if (Row().Match(line) is not { Success: true } row || fit < LineFit.Row)
        {
            return Lines.Strict(line);
        }

        Group name = row.Groups["name"];
        return line[..name.Index] + Lines.Forms(name.Value) + Lines.Strict(line[(name.Index + name.Length)..]);
    }

    /// <summary>Keeps a name that the kernel or a module gave, but for one that has the form of a secret.</summary>
    internal static void KeepName(Pseudonyms names, LineScrubber lines, string name)
    {
        if (!lines.IsHarmlessName(name) && name.Length <= LongestName && lines.Forms(name) == name)
        {
            names.Keep(name);
        }
    }

    private const int LongestName = 255;

    [GeneratedRegex(
        @"^\s*(?<name>[^\s:](.{0,254}?[^\s:])??)(:\s*[0-9]|\s+[0-9-]+[kKMG]?\s)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Row();
}
