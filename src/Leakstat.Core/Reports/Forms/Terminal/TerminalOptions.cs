namespace Leakstat.Reports.Forms.Terminal;

/// <summary>How much a report says.</summary>
public enum Detail
{
    /// <summary>The verdict and titles.</summary>
    Quiet,

    /// <summary>What somebody needs to act.</summary>
    Normal,

    /// <summary>All evidence, all diagnostics, all files.</summary>
    Verbose,
}

/// <summary>What the terminal can show. The writer's owner finds out; reports do not look.</summary>
public sealed record TerminalOptions
{
    /// <summary>The narrowest width that is kept to.</summary>
    public const int NarrowestWidth = 40;

    /// <summary>Columns; less than <see cref="NarrowestWidth"/> is taken as that.</summary>
    public int Width { get; init; } = 80;

    /// <summary>Whether ANSI colours are written.</summary>
    public bool Color { get; init; }

    /// <summary>Whether only ASCII is written, for terminals that are not UTF-8.</summary>
    public bool Ascii { get; init; }

    /// <summary>How much is said.</summary>
    public Detail Detail { get; init; } = Detail.Normal;
}
