using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Leakstat.Reports.Views.Crashes;

/// <summary>A file of a crash.</summary>
/// <param name="Name">Name.</param>
/// <param name="Kind">
/// What it is: <c>dump</c>, <c>encrypted dump</c>, <c>text dump</c>, <c>info</c>, <c>summary</c>.
/// </param>
/// <param name="Bytes">Size, bytes.</param>
public sealed record CrashFileView(string Name, string Kind, long Bytes)
{
    /// <summary>Kind of a dump of memory.</summary>
    public const string DumpKind = "dump";

    /// <summary>Kind of an encrypted dump.</summary>
    public const string EncryptedKind = "encrypted dump";
}

/// <summary>
/// One crash of a crash directory and what became of it. Members without <see cref="JsonIgnoreAttribute"/> are those of
/// the JSON.
/// </summary>
public sealed record CrashView
{
    /// <summary>State of a crash that was analysed in this run.</summary>
    public const string Analysed = "analysed";

    /// <summary>State of a crash that has a report.</summary>
    public const string Done = "done";

    /// <summary>State of a crash that has none.</summary>
    public const string New = "new";

    /// <summary>The N of <c>vmcore.N</c>.</summary>
    public required int Number { get; init; }

    /// <summary>Whether the file that has a dump's name is one; the problems say so of one that is not.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsDump { get; init; } = true;

    /// <summary><see cref="Analysed"/>, <see cref="Done"/> or <see cref="New"/>.</summary>
    public required string State { get; init; }

    /// <summary>Its files.</summary>
    public required ImmutableArray<CrashFileView> Files { get; init; }

    /// <summary>Host; null where not said.</summary>
    public string? Host { get; init; }

    /// <summary>The panic message; null where not said.</summary>
    public string? Panic { get; init; }

    /// <summary>When it was dumped, as savecore(8) says it; null where not said.</summary>
    public string? DumpTime { get; init; }

    /// <summary>State of the dump as savecore(8) says it; null where not said.</summary>
    public string? Status { get; init; }

    /// <summary>Path of the report; null where there is none.</summary>
    public string? Report { get; init; }

    /// <summary>What is most worth saying of it; null where nothing is.</summary>
    public IReadOnlyList<string>? Headlines { get; init; }

    /// <summary>Frames of the thread that panicked, the innermost first; null where not known.</summary>
    public IReadOnlyList<string>? Backtrace { get; init; }

    /// <summary>What could not be done; null where all could.</summary>
    public IReadOnlyList<string>? Problems { get; init; }
}
