using System.Reflection;

namespace Leakstat.Model;

/// <summary>Tables, pages and scripts that are part of an assembly.</summary>
public static class EmbeddedResource
{
    /// <summary>The bytes of one.</summary>
    /// <exception cref="InvalidOperationException">The build left it out.</exception>
    public static byte[] Bytes(Assembly assembly, string name)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        using Stream stream = assembly.GetManifestResourceStream(name) ?? throw Missing(assembly, name);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The text of one, UTF-8 with line feeds.</summary>
    /// <exception cref="InvalidOperationException">The build left it out.</exception>
    public static string Text(Assembly assembly, string name) => Find(assembly, name) ?? throw Missing(assembly, name);

    /// <summary>As <see cref="Text"/>; null where there is none of that name.</summary>
    public static string? Find(Assembly assembly, string name)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        if (assembly.GetManifestResourceStream(name) is not { } stream)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static InvalidOperationException Missing(Assembly assembly, string name) =>
        new($"{name} is not part of {assembly.GetName().Name}");
}
