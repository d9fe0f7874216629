using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>The kernel of a dump, as every JSON of a dump has it.</summary>
/// <param name="Release">Release; null where not known.</param>
/// <param name="Osreldate"><c>__FreeBSD_version</c>; null where not known.</param>
/// <param name="Arch"><c>amd64</c>, <c>arm64</c>.</param>
public sealed record DumpKernel(string? Release, int? Osreldate, string Arch);

/// <summary>
/// What every report of a dump begins and ends with. Members without <see cref="JsonIgnoreAttribute"/> are those of the
/// JSON.
/// </summary>
public abstract record DumpView
{
    /// <summary>Schema of the JSON.</summary>
    [JsonPropertyOrder(-2)]
    public abstract string Schema { get; }

    /// <summary>Its kernel.</summary>
    [JsonPropertyOrder(-1)]
    public required DumpKernel Kernel { get; init; }

    /// <summary>Host name; null where nothing tells it.</summary>
    [JsonIgnore]
    public string? HostName { get; init; }

    /// <summary>When the dump was made; null where nothing tells it.</summary>
    [JsonIgnore]
    public DateTimeOffset? TakenAt { get; init; }

    /// <summary>The panic message; null where there was none.</summary>
    [JsonIgnore]
    public string? PanicText { get; init; }

    /// <summary>What could not be read, or is not as it should be.</summary>
    [JsonIgnore]
    public ImmutableArray<Diagnostic> Problems { get; init; } = [];

    /// <summary>Problems that were not kept.</summary>
    [JsonIgnore]
    public long ProblemsDropped { get; init; }

    /// <summary>The problems as lines.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<string> Notes => [.. Problems.Select(p => $"{p.At}: {p.Text}")];

    /// <summary>Writes it for a person.</summary>
    public abstract void Write(TextWriter writer, TerminalOptions layout);
}
