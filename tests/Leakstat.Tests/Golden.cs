using System.Text;

namespace Leakstat.Tests;

/// <summary>
/// Compares output with a file under <c>tests/golden</c>. With <c>LEAKSTAT_ACCEPT=1</c> in the environment the file is
/// written anew instead; what changed then shows in the version control's diff.
/// </summary>
internal static class Golden
{
    public static void Matches(string name, string actual)
    {
        string path = Path.Combine(Given.Root, "tests", "golden", name);
        if (Environment.GetEnvironmentVariable("LEAKSTAT_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual, new UTF8Encoding(false));
            return;
        }

        Assert.True(File.Exists(path), $"golden file is missing: {name}; write it with LEAKSTAT_ACCEPT=1");
        string expected = File.ReadAllText(path);
        if (expected != actual)
        {
            Assert.Fail($"{name} differs (- expected, + actual):\n{Difference(expected, actual)}");
        }
    }

    private static string Difference(string expected, string actual)
    {
        string[] left = expected.Split('\n');
        string[] right = actual.Split('\n');
        int head = 0;
        while (head < left.Length && head < right.Length && left[head] == right[head])
        {
            head++;
        }

        int tail = 0;
        while (tail < left.Length - head && tail < right.Length - head && left[^(tail + 1)] == right[^(tail + 1)])
        {
            tail++;
        }

        var text = new StringBuilder($"@@ line {head + 1}\n");
        AppendLines(text, "- ", left.AsSpan(head, left.Length - head - tail));
        AppendLines(text, "+ ", right.AsSpan(head, right.Length - head - tail));
        return text.ToString();
    }

    private static void AppendLines(StringBuilder text, string mark, ReadOnlySpan<string> lines)
    {
        const int Most = 40;
        foreach (string line in lines[..Math.Min(lines.Length, Most)])
        {
            text.Append(mark).Append(line.Replace("\e", "\\e", StringComparison.Ordinal)).Append('\n');
        }

        if (lines.Length > Most)
        {
            text.Append($"{mark}… {lines.Length - Most} more lines\n");
        }
    }
}
