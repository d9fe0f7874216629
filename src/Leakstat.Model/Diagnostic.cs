namespace Leakstat.Model;

/// <summary>
/// A problem in the input, captures and crash dumps alike, that was met while reading; reading went on after it.
/// </summary>
/// <param name="Id">Stable identifier, one of <see cref="DiagnosticId"/>.</param>
/// <param name="Text">What was wrong and what was done about it, one sentence.</param>
/// <param name="At">Where.</param>
public sealed record Diagnostic(string Id, string Text, SourceLine At)
{
    /// <summary>
    /// Whether something was lost to the verdict; files that are unknown, unused or double take nothing from those that
    /// are read. A second output with numbers of its own is lost, since nobody judges it.
    /// Pages that are not in a dump take nothing from the kernel's own counters; what they mean for leaks the search
    /// for them says.
    /// </summary>
    public bool IsLoss => Id is not (DiagnosticId.UnknownFile or DiagnosticId.UnusedCommand
        or DiagnosticId.DuplicateOutput or DiagnosticId.DuplicateName or DiagnosticId.OlderOutput
            or DiagnosticId.UnknownOid or DiagnosticId.Underflow
        or DiagnosticId.MissingPages or DiagnosticId.MissingSymbols);

    /// <summary>
    /// Whether something was lost in reading: sums over what was read are too small. A second output was read whole,
    /// and so was a text of another system.
    /// </summary>
    public bool IsDamage => IsLoss && Id is not (DiagnosticId.SecondOutput or DiagnosticId.OtherSystem);
}

/// <summary>The stable identifiers of <see cref="Diagnostic"/>. Never reused.</summary>
public static class DiagnosticId
{
    /// <summary>A file is of no known form; it was skipped whole.</summary>
    public const string UnknownFile = "LSD001";

    /// <summary>A file is the output of a command that leakstat knows and does not use.</summary>
    public const string UnusedCommand = "LSD002";

    /// <summary>A second output of the same command in one capture, with the same rows; the first is used.</summary>
    public const string DuplicateOutput = "LSD003";

    /// <summary>A file is empty.</summary>
    public const string EmptyFile = "LSD004";

    /// <summary>The last capture in a text lacks an output that the one before has; the older one is used.</summary>
    public const string OlderOutput = "LSD006";

    /// <summary>
    /// A second output of the same command in one capture, with other numbers than the one that is used: those were
    /// judged by nobody.
    /// </summary>
    public const string SecondOutput = "LSD007";

    /// <summary>
    /// A text says that it is of another system than FreeBSD; what was read of it may be of that one.
    /// </summary>
    public const string OtherSystem = "LSD008";

    /// <summary>A file could not be opened or read.</summary>
    public const string UnreadableFile = "LSD005";

    /// <summary>A line is not of the form that its file has; it was skipped.</summary>
    public const string BadLine = "LSD101";

    /// <summary>A number does not fit 64 bits or is not a number; its row was skipped.</summary>
    public const string BadNumber = "LSD102";

    /// <summary>A counter had underflowed (2⁶⁴−n); it is read as −n.</summary>
    public const string Underflow = "LSD103";

    /// <summary>A file ends in the middle of a line or of a structure.</summary>
    public const string CutFile = "LSD104";

    /// <summary>A name stands twice where names are unique; both are kept and told apart by line.</summary>
    public const string DuplicateName = "LSD105";

    /// <summary>A sysctl name that this host does not have (<c>unknown oid</c>).</summary>
    public const string UnknownOid = "LSD106";

    /// <summary>A capture ended before every command had answered; what came is used.</summary>
    public const string CutCapture = "LSD107";

    /// <summary>A capture's time is one that no host's clock shows; the time was not used.</summary>
    public const string BadClock = "LSD110";

    /// <summary>A file or entry is larger than the limit; the part beyond it was not read.</summary>
    public const string TooLarge = "LSD201";

    /// <summary>A line is longer than the limit; it was skipped.</summary>
    public const string LineTooLong = "LSD202";

    /// <summary>There are more files, rows or entries than the limit; the rest was not read.</summary>
    public const string TooMany = "LSD203";

    /// <summary>An archive expands to more than the limit; the rest was not read.</summary>
    public const string ArchiveTooLarge = "LSD204";

    /// <summary>An archive entry's path leads outside the archive; it was skipped.</summary>
    public const string PathEscape = "LSD205";

    /// <summary>Archives or structures are nested deeper than the limit.</summary>
    public const string TooDeep = "LSD206";

    /// <summary>An archive is damaged; what was read before the damage is used.</summary>
    public const string DamagedArchive = "LSD207";

    /// <summary>A program that is needed to read this form is missing (<c>zstd</c>).</summary>
    public const string MissingProgram = "LSD208";

    /// <summary>A JSON or XML document is malformed; what was read before the fault is used.</summary>
    public const string MalformedDocument = "LSD209";

    /// <summary>Memory that is needed is not in a crash dump; what leads through it is not read.</summary>
    public const string MissingPages = "LSD301";

    /// <summary>
    /// A structure in a crash dump contradicts itself or the dump; it was left out, or read as far as it holds.
    /// </summary>
    public const string DamagedDump = "LSD302";

    /// <summary>
    /// The layout of a structure of the kernel of a crash dump is not known; what needs it is not read.
    /// </summary>
    public const string UnknownLayout = "LSD303";

    /// <summary>
    /// Symbols or types of the kernel or a module are missing: its file is not at hand, damaged, or of another build.
    /// </summary>
    public const string MissingSymbols = "LSD304";

    /// <summary>savecore(8) says that a crash dump is not whole.</summary>
    public const string BadDumpStatus = "LSD305";

    /// <summary>A crash dump among the sources could not be opened; it was skipped.</summary>
    public const string UnreadableDump = "LSD306";
}
