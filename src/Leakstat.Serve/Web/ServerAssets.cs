namespace Leakstat.Serve.Web;

/// <summary>Files that are in the program: style, script, the description of the API.</summary>
internal static class ServerAssets
{
    /// <summary>The text of one.</summary>
    public static string Text(string name)
    {
        using Stream stream = typeof(ServerAssets).Assembly.GetManifestResourceStream("Serve/" + name)
            ?? throw new InvalidOperationException($"the resource Serve/{name} is missing from the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
