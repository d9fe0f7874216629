using Leakstat.Reports.Views.Crashes;

namespace Leakstat.Cli.Cores;

/// <summary>What became of one crash in this run.</summary>
internal sealed record CrashOutcome
{
    /// <summary>The crash.</summary>
    public required CrashEntry Entry { get; init; }

    /// <summary>Whether it was analysed now.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether the report of this run could be written; true where there was none to write.</summary>
    public bool HasReport { get; init; } = true;

    /// <summary>Whether the file that has a dump's name is one; what is none is never done with.</summary>
    public bool IsDump { get; init; } = true;

    /// <summary>What savecore(8) said, by label; empty where <c>info.N</c> is missing.</summary>
    public required IReadOnlyDictionary<string, string> Info { get; init; }

    /// <summary>The report; empty where none was made now.</summary>
    public string Text { get; init; } = "";

    /// <summary>What is most worth saying of it, one line each.</summary>
    public IReadOnlyList<string> Headlines { get; init; } = [];

    /// <summary>Frames of the thread that panicked, the innermost first; empty where not known.</summary>
    public IReadOnlyList<string> Backtrace { get; init; } = [];

    /// <summary>What could not be done.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>An entry that is not analysed now.</summary>
    public static CrashOutcome Listed(CrashEntry entry) => new() { Entry = entry, Info = CrashInfo.Read(entry) };

    /// <summary>What reports show of it.</summary>
    public CrashView ToView() => new()
    {
        Number = Entry.Number,
        IsDump = IsDump,
        State = IsNew ? CrashView.Analysed : Entry.IsDone ? CrashView.Done : CrashView.New,
        Files = [.. Entry.Files.Select(file => new CrashFileView(file.Name, Word(file.Kind), file.Bytes))],
        Host = Said("Hostname"),
        Panic = Said("Panic String"),
        DumpTime = Said("Dumptime"),
        Status = Said("Dump Status"),
        Report = (IsNew ? HasReport : Entry.IsDone) ? Entry.Report : null,
        Headlines = Headlines.Count > 0 ? Headlines : null,
        Backtrace = Backtrace.Count > 0 ? Backtrace : null,
        Problems = Problems.Count > 0 ? Problems : null,
    };

    private static string Word(CrashFileKind kind) => kind switch
    {
        CrashFileKind.Dump => CrashFileView.DumpKind,
        CrashFileKind.Encrypted => CrashFileView.EncryptedKind,
        CrashFileKind.TextDump => "text dump",
        CrashFileKind.Info => "info",
        _ => "summary",
    };

    private string? Said(string label) => Info.GetValueOrDefault(label) is { Length: > 0 } text ? text : null;
}
