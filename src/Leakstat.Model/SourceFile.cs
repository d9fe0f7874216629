namespace Leakstat.Model;

/// <summary>A file (or archive entry, or standard input) that numbers were read from.</summary>
/// <param name="Path">
/// The name a person can find it by, exactly as it is printed: <c>caps/a/vmstat-z.txt</c>,
/// <c>caps.tar.gz!a/vmstat-z.txt</c>, <c>-</c>.
/// </param>
public sealed record SourceFile(string Path)
{
    /// <summary>A place in it that is no line; null for the file as such.</summary>
    public string? Place { get; init; }

    /// <summary>A place in this crash dump: it has no lines, but a command that prints what stands there.</summary>
    /// <param name="what">What stands there: <c>zone "widget"</c>, <c>block 0xfffff80003a41c00</c>.</param>
    /// <param name="subcommand">The subcommand of <c>leakstat dump</c> that prints it.</param>
    public SourceLine InDump(string what, string subcommand) =>
        new(this with { Place = $"{what} (dump {subcommand})" }, 0);

    /// <inheritdoc/>
    public override string ToString() => Place is null ? Path : $"{Path}: {Place}";
}

/// <summary>Where a number stands: a file and a line in it. Printed as <c>file:line</c>.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, counted from 1; 0 when the whole file is meant.</param>
public readonly record struct SourceLine(SourceFile File, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File.ToString();
}
