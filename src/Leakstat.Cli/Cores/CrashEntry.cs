namespace Leakstat.Cli.Cores;

/// <summary>What a file in the crash directory is, by its name.</summary>
internal enum CrashFileKind
{
    /// <summary><c>vmcore.N</c>, <c>vmcore_full.N</c> or <c>livecore.N</c>, also compressed: memory.</summary>
    Dump,

    /// <summary><c>vmcore_encrypted.N</c>: needs decryptcore(8) first.</summary>
    Encrypted,

    /// <summary><c>textdump.tar.N</c>: the debugger's texts, no memory.</summary>
    TextDump,

    /// <summary><c>info.N</c>: what savecore(8) says of the dump.</summary>
    Info,

    /// <summary><c>core.txt.N</c>: what crashinfo(8) says of it.</summary>
    Summary,
}

/// <summary>A file in the crash directory.</summary>
/// <param name="Path">Path.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Number">The N of its name.</param>
/// <param name="Bytes">Size, bytes.</param>
/// <param name="Changed">When it was last written, UTC.</param>
internal sealed record CrashFile(string Path, CrashFileKind Kind, int Number, long Bytes, DateTime Changed)
{
    /// <summary>Name without folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>One crash: the files of one number.</summary>
internal sealed record CrashEntry
{
    /// <summary>The N of the names.</summary>
    public required int Number { get; init; }

    /// <summary>Its files, in the order of their names.</summary>
    public required IReadOnlyList<CrashFile> Files { get; init; }

    /// <summary>Where its report belongs.</summary>
    public required string Report { get; init; }

    /// <summary>Whether a report stands there that is as new as all of its files.</summary>
    public required bool IsDone { get; init; }

    /// <summary>
    /// Whether the report that stands there is of a dump that could not be read for want of its kernel.
    /// </summary>
    public bool LacksKernel { get; init; }

    /// <summary>The dump that has memory in it; null without.</summary>
    public CrashFile? Dump => Of(CrashFileKind.Dump);

    /// <summary>The file of that kind; null without.</summary>
    public CrashFile? Of(CrashFileKind kind) => Files.FirstOrDefault(file => file.Kind == kind);
}
