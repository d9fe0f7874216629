using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Leakstat.Tests.Architecture;

/// <summary>Sizes that keep the code easy to read.</summary>
public sealed class SourceSizeTests(ITestOutputHelper output)
{
    private const int MostLinesOfFile = 350;
    private const int MostColumns = 120;
    private const int MostLinesOfMethod = 60;
    private const int MostLongMethodsPerThousand = 10;
    private const int GoalOfLines = 64_000;

    [Fact]
    public void No_file_is_longer_than_350_lines()
    {
        (string File, int Lines)[] files = [.. Sources("src").Select(f => (f, File.ReadLines(f).Count()))];
        int lines = files.Sum(f => f.Lines);
        output.WriteLine($"src has {lines} lines, {(lines <= GoalOfLines ? "within" : "above")} the goal of {GoalOfLines}");

        Assert.Empty(files.Where(f => f.Lines > MostLinesOfFile).Select(f => $"{f.File}: {f.Lines}"));
    }

    [Fact]
    public void No_line_is_wider_than_120_columns()
    {
        string[] wide =
        [
            .. Sources("src").SelectMany(f => File.ReadLines(f).Select((line, i) => (Place: $"{f}:{i + 1}", line.Length)))
                .Where(l => l.Length > MostColumns).Select(l => $"{l.Place}: {l.Length} columns"),
        ];
        Assert.True(wide.Length == 0, $"{wide.Length} lines:\n{string.Join("\n", wide)}");
    }

    [Fact]
    public void Few_methods_are_longer_than_60_lines()
    {
        (string Name, int Lines)[] methods =
        [
            .. Sources("src").SelectMany(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), path: f).GetRoot().DescendantNodes()
                .OfType<BaseMethodDeclarationSyntax>().Select(m => (Name: Name(m), Lines: Lines(m)))),
        ];
        (string Name, int Lines)[] tooLong = [.. methods.Where(m => m.Lines > MostLinesOfMethod).OrderByDescending(m => m.Lines)];
        double perThousand = 1000.0 * tooLong.Length / methods.Length;
        string found = $"{tooLong.Length} of {methods.Length} methods are longer than {MostLinesOfMethod} lines: "
            + $"{perThousand:F1} per 1,000";
        output.WriteLine(found);

        Assert.True(
            perThousand <= MostLongMethodsPerThousand,
            found + "\n" + string.Join("\n", tooLong.Select(m => $"{m.Name}: {m.Lines} lines")));
    }

    private static string Name(BaseMethodDeclarationSyntax method)
    {
        FileLinePositionSpan at = method.GetLocation().GetLineSpan();
        return $"{at.Path}:{at.StartLinePosition.Line + 1} {(method as MethodDeclarationSyntax)?.Identifier.ValueText}";
    }

    /// <summary>From the line of the name to the last brace; comments above do not count.</summary>
    private static int Lines(BaseMethodDeclarationSyntax method)
    {
        FileLinePositionSpan span = method.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(Path.Combine(Given.Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
}
