namespace Leakstat.Dump.Inputs;

/// <summary>Why a dump could not be opened.</summary>
public enum DumpFaultKind
{
    /// <summary>The file cannot be opened or read.</summary>
    Unreadable,

    /// <summary>The file is no kernel dump.</summary>
    NotADump,

    /// <summary>The dump is encrypted; <c>decryptcore</c> and the private key are needed.</summary>
    Encrypted,

    /// <summary>
    /// The file is a dump of a kind without memory in it (a ddb text dump), or one that has been cleared.
    /// </summary>
    NoMemory,

    /// <summary>A machine or a header version that is not read.</summary>
    Unsupported,

    /// <summary>The header contradicts itself or the file.</summary>
    Damaged,

    /// <summary>
    /// A compressed dump that cannot be expanded: a program is missing, the data is damaged, the disk is full.
    /// </summary>
    Compression,

    /// <summary>The kernel cannot be found or read.</summary>
    NoKernel,

    /// <summary>The kernel is not the one that was running.</summary>
    WrongKernel,
}

/// <summary>Why a dump could not be opened, for a person.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="File">The file it is about.</param>
/// <param name="Text">One sentence without a full stop: what is wrong, and what helps where something does.</param>
public sealed record DumpFault(DumpFaultKind Kind, string File, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}: {Text}";
}
