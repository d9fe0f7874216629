using Leakstat.Model;

namespace Leakstat.Serve.Web;

/// <summary>Files that are in the program: style, script, the description of the API.</summary>
internal static class ServerAssets
{
    /// <summary>The text of one.</summary>
    public static string Text(string name) =>
        EmbeddedResource.Text(typeof(ServerAssets).Assembly, "Serve/" + name);
}
