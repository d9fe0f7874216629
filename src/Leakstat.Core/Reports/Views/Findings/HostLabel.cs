using Leakstat.Model;

namespace Leakstat.Reports.Views.Findings;

/// <summary>That a capture is labelled with one name and its outputs say another, in words.</summary>
internal static class HostLabel
{
    /// <summary>One sentence; null where there is nothing to say.</summary>
    public static string? Text(HostIdentity host) => host is { IsLabelled: true, OwnName: { } own }
        ? $"The capture is labelled {host.Name}; its outputs name the host {own.Name} [{own.At}]."
        : null;
}
