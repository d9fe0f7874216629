using Leakstat.Serve.Judging;

namespace Leakstat.Serve.Web;

/// <summary>Names of hosts in addresses. A host without a name is called as people see it.</summary>
internal static class HostNames
{
    /// <summary>What an address calls a host.</summary>
    public static string Shown(string name) => JudgedHost.LabelOf(name);

    /// <summary>The host that a request names, as the store calls it; null where there is none.</summary>
    public static string Asked(HttpContext context)
    {
        // The server leaves an encoded slash as it is: in a path it is none.
        string shown = ((string?)context.Request.RouteValues["host"] ?? "")
            .Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return shown == Shown("") ? "" : shown;
    }
}
