namespace Leakstat.Tests.Cli;

/// <summary>A folder with captures of several hosts, made of captures that tests have, under other names.</summary>
internal sealed class SpoolOfHosts : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-hosts-");

    /// <summary>The folder.</summary>
    public string Path => _folder.FullName;

    /// <summary>Adds a host: a series of captures or one.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="data">Folder of captures, by its path in the repository.</param>
    public string Add(string name, string data)
    {
        string from = System.IO.Path.Combine(Given.Root, data);
        string to = System.IO.Path.Combine(Path, name);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            if (System.IO.Path.GetFileName(file) == "manifest.json")
            {
                File.WriteAllText(copy, File.ReadAllText(file).Replace("\"oracle\"", $"\"{name}\"", StringComparison.Ordinal));
            }
            else
            {
                File.Copy(file, copy);
            }
        }

        return to;
    }

    /// <summary>Adds a file.</summary>
    public void Write(string file, string text)
    {
        string path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
