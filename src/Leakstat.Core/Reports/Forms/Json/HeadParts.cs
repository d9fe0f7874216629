using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Json;

/// <summary>Which program wrote a document: <c>tool</c>.</summary>
internal sealed record ToolPart(string Name, string Version)
{
    /// <summary>This program.</summary>
    public static ToolPart This { get; } = new(Tool.Name, Tool.Version);
}

/// <summary>Which host a document is about: <c>host</c>. The memory is in bytes.</summary>
internal sealed record HostPart(
    string? Name,
    HostPart.NamePart? OwnName,
    string? Release,
    long? Osreldate,
    string? Arch,
    long? PhysicalMemory)
{
    public static HostPart Of(HostIdentity host) => new(
        host.Name,
        host is { IsLabelled: true, OwnName: { } own } ? new NamePart(own.Name, JsonForm.At(own.At)) : null,
        host.Release?.Text,
        host.VersionNumber,
        host.Architecture,
        host.PhysicalMemory?.Value);

    /// <summary>What the outputs call a host that its captures are labelled otherwise for.</summary>
    public sealed record NamePart(string Name, string? At);
}

/// <summary>What went wrong in reading: one of <c>diagnostics</c>.</summary>
internal sealed record DiagnosticPart(string Id, string Text, string? At)
{
    public static DiagnosticPart Of(Diagnostic diagnostic) =>
        new(diagnostic.Id, diagnostic.Text, JsonForm.At(diagnostic.At));
}

/// <summary>What a finding or a series is about: <c>subject</c>.</summary>
internal sealed record SubjectPart(string Kind, string Name);
