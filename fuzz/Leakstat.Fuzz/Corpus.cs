namespace Leakstat.Fuzz;

/// <summary>The well-formed outputs that mutated inputs are made of.</summary>
public sealed class Corpus
{
    private const int LargestSeed = 256 << 10;

    private Corpus(IReadOnlyList<(string Name, byte[] Bytes)> seeds) => Seeds = seeds;

    /// <summary>Name of the file, and content.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Seeds { get; }

    /// <summary>
    /// One file of each name and size class below a folder, in the order of their paths: a series has the same again
    /// and again.
    /// </summary>
    public static Corpus Load(string folder)
    {
        List<(string, byte[])> seeds = [];
        HashSet<(string, long)> seen = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (seen.Add((name, new FileInfo(path).Length / 16384)))
            {
                byte[] bytes = File.ReadAllBytes(path);
                seeds.Add((name, bytes.Length > LargestSeed ? bytes[..LargestSeed] : bytes));
            }
        }

        return new Corpus(seeds);
    }
}
