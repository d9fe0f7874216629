using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>What was noticed about the input as a whole, before any rule looks at the host.</summary>
public sealed record InputReport
{
    /// <summary>Nothing to remark.</summary>
    public static InputReport Clean { get; } = new();

    /// <summary>Other hosts that the sources hold captures of, with the number of captures; they are not part of this diagnosis.</summary>
    public ImmutableArray<(string Host, int Captures)> OtherHosts { get; init; } = [];

    /// <summary>Captures whose time lies before that of the capture they follow in name order: <c>a</c> after <c>b</c>.</summary>
    public ImmutableArray<(string Earlier, string Later)> ClockBackwards { get; init; } = [];

    /// <summary>Captures that are the same output again (a copy) and were dropped.</summary>
    public ImmutableArray<string> Repeated { get; init; } = [];

    /// <summary>Problems of the sources as such: what could not be read, and what no capture is in.</summary>
    public ImmutableArray<Diagnostic> Problems { get; init; } = [];
}
