using System.Text;
using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests;

/// <summary>What tests start from.</summary>
internal static class Given
{
    /// <summary>The repository's root, found from the test binary upwards.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A folder or file under tests/data; it must exist.</summary>
    public static string Data(string path)
    {
        string full = Path.Combine(Root, "tests", "data", path);
        Assert.True(Path.Exists(full), $"test data is missing: {full}");
        return full;
    }

    /// <summary>A capture made of named texts, read by the real parsers.</summary>
    public static Capture Capture(params (string Name, string Text)[] files) => CaptureAssembly.Read(
        "caps/a",
        files.Select(f => (f.Name, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(f.Text)))),
        new NamePool(),
        ReadLimits.Default);

    /// <summary>A capture folder under tests/data (one capture, not a series).</summary>
    public static Capture CaptureFolder(string path) => CaptureAssembly.Read(
        path,
        Directory.EnumerateFiles(Data(path)).Order(StringComparer.Ordinal)
            .Where(f => !f.EndsWith("case.json", StringComparison.Ordinal))
            .Select(f => (Path.GetFileName(f), new ReadOnlyMemory<byte>(File.ReadAllBytes(f)))),
        new NamePool(),
        ReadLimits.Default);

    /// <summary>The captures of a series under tests/data, as names for <see cref="CaptureFolder"/>, in order.</summary>
    public static IEnumerable<string> SeriesFolders(string series) => Directory
        .EnumerateDirectories(Data(series))
        .Order(StringComparer.Ordinal)
        .Select(folder => $"{series}/{Path.GetFileName(folder)}");

    /// <summary>The case that rules see, of captures in time order.</summary>
    public static DiagnosisCase Case(params Capture[] captures)
    {
        var history = new HistoryBuilder();
        Ledger ledger = new();
        foreach (Capture capture in captures)
        {
            ledger = LedgerBuilder.From(capture);
            history.Add(capture, ledger);
        }

        HostHistory series = history.Build();
        return new DiagnosisCase(captures[^1], ledger, series, BuiltInKnowledge.Load(), InputReport.Clean)
        {
            Trends = TrendAnalysis.Of(series, captures[^1]),
            Diagnostics = [.. captures.SelectMany(c => c.Diagnostics)],
        };
    }

    /// <summary>The case of one capture made of named texts.</summary>
    public static DiagnosisCase Case(params (string Name, string Text)[] files) => Case(Capture(files));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Leakstat.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the repository's root was not found");
    }
}
