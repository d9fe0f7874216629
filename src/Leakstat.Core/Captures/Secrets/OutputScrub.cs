namespace Leakstat.Captures.Secrets;

/// <summary>
/// What scrubbing the output of one command takes beyond the form of its lines: which of its places hold names, and which
/// words are the kernel's own. One is made for each text.
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
        fit >= LineFit.Row ? lines.Generic(line) : lines.Strict(line);
}

/// <summary>Any output: rows by the forms in them, of other lines only words of FreeBSD's own.</summary>
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

/// <summary>Names of zones and types are the kernel's and its modules', all else is numbers: rows stay as they are.</summary>
internal sealed class KernelTableScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    /// <summary>Makes one.</summary>
    public static OutputScrub Make(Pseudonyms names, LineScrubber lines) => new KernelTableScrub(names, lines);

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript) => fit >= LineFit.Row ? line : Lines.Strict(line);
}
