namespace Leakstat.Tests.Watch;

/// <summary>A spool that grows by captures of the leaking series.</summary>
internal sealed class GrowingSpool : IDisposable
{
    private static readonly string[] s_captures = [.. Given.SeriesFolders("freebsd-14.2-leak-malloc-series").Select(Given.Data)];
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-test-").FullName;
    private int _next;

    public string Path => System.IO.Path.Combine(_folder, "spool");

    /// <summary>Adds captures as a collector does: under another name first.</summary>
    public void Add(int count)
    {
        for (int i = 0; i < count; i++)
        {
            string source = s_captures[_next++];
            string host = System.IO.Path.Combine(Path, "oracle");
            string part = System.IO.Path.Combine(host, ".part");
            Directory.CreateDirectory(part);
            foreach (string file in Directory.EnumerateFiles(source))
            {
                File.Copy(file, System.IO.Path.Combine(part, System.IO.Path.GetFileName(file)));
            }

            Directory.Move(part, System.IO.Path.Combine(host, $"2026-11-20T19:{_next:00}:00Z"));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
