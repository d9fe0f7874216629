using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Reports.Forms.Text;

/// <summary>The contract's words for what the diagnosis holds as enumerations.</summary>
public static class ReportTerms
{
    /// <summary>critical, warning, info.</summary>
    public static string Of(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.Warning => "warning",
        _ => "info",
    };

    /// <summary>wrong, fine, unknown, too-early.</summary>
    public static string Of(VerdictState state) => state switch
    {
        VerdictState.Wrong => "wrong",
        VerdictState.Fine => "fine",
        VerdictState.TooEarly => "too-early",
        _ => "unknown",
    };

    /// <summary>leak, suspect, exhaustion, misconfiguration, healthy.</summary>
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Leak => "leak",
        Verdict.Suspect => "suspect",
        Verdict.Exhaustion => "exhaustion",
        Verdict.Misconfiguration => "misconfiguration",
        _ => "healthy",
    };

    /// <summary>zone, malloc, mbuf, arc, wired, module, tunable, host.</summary>
    public static string Of(SubjectKind kind) => kind switch
    {
        SubjectKind.Zone => "zone",
        SubjectKind.Malloc => "malloc",
        SubjectKind.Mbuf => "mbuf",
        SubjectKind.Arc => "arc",
        SubjectKind.Wired => "wired",
        SubjectKind.Module => "module",
        SubjectKind.Tunable => "tunable",
        _ => "host",
    };

    /// <summary>bytes, items, pages, fraction, seconds, bytes/hour, items/hour.</summary>
    public static string Of(Unit unit) => unit switch
    {
        Unit.Bytes => "bytes",
        Unit.Pages => "pages",
        Unit.Fraction => "fraction",
        Unit.Seconds => "seconds",
        Unit.BytesPerHour => "bytes/hour",
        Unit.ItemsPerHour => "items/hour",
        _ => "items",
    };

    /// <summary>used, duplicate, not used, unknown.</summary>
    public static string Of(FileUse use) => use switch
    {
        FileUse.Used => "used",
        FileUse.Duplicate => "duplicate",
        FileUse.NotUsed => "not used",
        _ => "unknown",
    };

    /// <summary>A subject in words: <c>malloc type "temp"</c>, <c>the ARC</c>, <c>kern.ipc.nmbclusters</c>.</summary>
    public static string Of(Subject subject) => subject.Kind switch
    {
        SubjectKind.Zone => $"zone \"{subject.Name}\"",
        SubjectKind.Mbuf => $"mbuf zone \"{subject.Name}\"",
        SubjectKind.Malloc => $"malloc type \"{subject.Name}\"",
        SubjectKind.Arc => "the ARC",
        SubjectKind.Wired when subject.Name == "unaccounted" => "wired memory without an owner",
        SubjectKind.Wired => $"wired memory: {subject.Name}",
        SubjectKind.Module => $"module {subject.Name}",
        _ => subject.Name,
    };
}
