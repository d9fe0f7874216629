using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>A whole capture with which nothing is wrong, to be changed by one thing at a time.</summary>
internal static class HealthyCapture
{
    private const string Folder = "freebsd-14.2-fresh-boot";

    /// <summary>The text of one of its files.</summary>
    public static string Text(string file) => Encoding.UTF8.GetString(Bytes(file));

    /// <summary>One of its files.</summary>
    public static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(Given.Data(Folder), file));

    /// <summary>The text of one of its files with one line replaced; the line has to be there.</summary>
    public static string Changed(string file, string line, string instead)
    {
        string text = Text(file);
        var old = new Regex(line, RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        Assert.Matches(old, text);
        return old.Replace(text, instead, 1);
    }

    /// <summary>The diagnosis with files changed, added, or (null) left out.</summary>
    public static DiagnosisReport Diagnose(params (string Name, byte[]? Content)[] changed) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Read(changed)])!;

    /// <summary>It with files changed, added, or (null) left out.</summary>
    public static Capture Read(params (string Name, byte[]? Content)[] changed)
    {
        Dictionary<string, byte[]> files = Directory.EnumerateFiles(Given.Data(Folder), "*.txt")
            .Append(Path.Combine(Given.Data(Folder), CaptureManifest.FileName))
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
        foreach ((string name, byte[]? content) in changed)
        {
            if (content is null)
            {
                files.Remove(name);
            }
            else
            {
                files[name] = content;
            }
        }

        return CaptureAssembly.Read(
            "capture",
            files.OrderBy(f => f.Key, NaturalOrder.Instance).Select(f => (f.Key, new ReadOnlyMemory<byte>(f.Value))),
            new NamePool(),
            ReadLimits.Default);
    }

    /// <summary>The same of texts.</summary>
    public static DiagnosisReport Diagnose(string name, string text) => Diagnose((name, Encoding.UTF8.GetBytes(text)));

    /// <summary>That it cannot be told, and that the one gap names a file or command.</summary>
    public static Gap AssertUnknown(DiagnosisReport report, string named)
    {
        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Gap gap = Assert.Single(report.Verdict.Missing);
        Assert.Contains(named, $"{gap.Command}: {gap.Text} {gap.At}", StringComparison.Ordinal);
        return gap;
    }
}
