using System.Text;
using System.Text.RegularExpressions;

namespace Leakstat.Fuzz.Guided.Targets;

/// <summary>Well-formed inputs out of the repository: recorded outputs, and what tests give to readers.</summary>
public sealed partial class SeedTexts
{
    private readonly Lazy<IReadOnlyList<(string Name, byte[] Bytes)>> _files;
    private readonly Lazy<IReadOnlyList<byte[]>> _literals;

    /// <summary>Takes the root of the repository.</summary>
    public SeedTexts(string root)
    {
        Root = root;
        _files = new(() => Corpus.Load(Path.Combine(root, "tests", "data")).Seeds);
        _literals = new(() => [.. InTestsOf(root)]);
    }

    /// <summary>The root of the repository.</summary>
    public string Root { get; }

    /// <summary>Recorded outputs.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Files => _files.Value;

    /// <summary>Texts that stand in tests of readers.</summary>
    public IReadOnlyList<byte[]> InTests => _literals.Value;

    /// <summary>
    /// Pieces of at most so many bytes, whole lines: the beginning, and the heading with lines from the middle and the
    /// end.
    /// </summary>
    public static IEnumerable<byte[]> Pieces(byte[] text, int most)
    {
        if (text.Length <= most)
        {
            yield return text;
            yield break;
        }

        byte[] first = Lines(text, 0, most);
        yield return first;
        yield return Lines(text, 0, most / 4);
        byte[] heading = Lines(text, 0, Math.Max(1, Math.Min(most / 8, Array.IndexOf(text, (byte)'\n') + 1)));
        for (int part = 1; part <= 6; part++)
        {
            int start = Array.IndexOf(text, (byte)'\n', Math.Min(text.Length - 1, part * (text.Length / 7))) + 1;
            yield return [.. heading, .. Lines(text, start, (most / 2) - heading.Length)];
        }
    }

    private static byte[] Lines(byte[] text, int start, int most)
    {
        int end = Math.Min(text.Length, start + most);
        int line = end == text.Length ? end : Array.LastIndexOf(text, (byte)'\n', end - 1) + 1;
        return text[start..(line > start ? line : end)];
    }

    /// <summary>The texts that stand in a source file.</summary>
    public static IEnumerable<byte[]> Literals(string file)
    {
        string source = File.ReadAllText(file);
        foreach (Match match in Raw().Matches(source))
        {
            string[] lines = match.Groups["text"].Value.Split('\n');
            int indent = lines.Where(l => l.Trim().Length > 0).Select(l => l.Length - l.TrimStart().Length)
                .DefaultIfEmpty().Min();
            string text = string.Join('\n', lines.Select(l => l.Length >= indent ? l[indent..] : "")) + "\n";
            yield return Encoding.UTF8.GetBytes(text);
        }

        foreach (Match match in Plain().Matches(source))
        {
            string text = match.Groups["text"].Value.Replace("\\n", "\n", StringComparison.Ordinal)
                .Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);
            if (text.Length > 3)
            {
                yield return Encoding.UTF8.GetBytes(text);
            }
        }
    }

    private static IEnumerable<byte[]> InTestsOf(string root)
    {
        string folder = Path.Combine(root, "tests", "Leakstat.Tests");
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(f => Path.GetRelativePath(folder, f).Split('/')[0] is "Captures" or "Tracing" or "Hostile" or "Fuzz")
            .Order(StringComparer.Ordinal).SelectMany(Literals).DistinctBy(Convert.ToHexString);
    }

    [GeneratedRegex(
        "\"\"\"\\n(?<text>.*?)\\n\\s*\"\"\"", RegexOptions.Singleline | RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex Raw();

    [GeneratedRegex("\"(?<text>(?:[^\"\\\\\\n]|\\\\.)*)\"", RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex Plain();
}
