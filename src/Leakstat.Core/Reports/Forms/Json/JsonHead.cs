using System.Text.Json;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Json;

/// <summary>
/// The first members of every JSON report of a host: which program wrote it, and which host it is of.
/// </summary>
internal static class JsonHead
{
    /// <summary>Writes <c>tool</c> and <c>host</c>.</summary>
    public static void Write(Utf8JsonWriter json, HostIdentity host)
    {
        WriteTool(json);
        json.WriteStartObject("host");
        json.Text("name", host.Name);
        json.Text("release", host.Release?.Text);
        json.Whole("osreldate", host.VersionNumber);
        json.Text("arch", host.Architecture);
        json.Whole("physicalMemory", host.PhysicalMemory?.Value);
        json.WriteEndObject();
    }

    /// <summary>Writes <c>tool</c>.</summary>
    public static void WriteTool(Utf8JsonWriter json)
    {
        json.WriteStartObject("tool");
        json.WriteString("name", Tool.Name);
        json.WriteString("version", Tool.Version);
        json.WriteEndObject();
    }
}
