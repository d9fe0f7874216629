using Leakstat.Captures;
using Leakstat.Captures.Registry;

namespace Leakstat.Tests.Captures;

/// <summary>Formats that tell sooner whether a line is a header tell the same as when they look at it closely.</summary>
public sealed class HeaderTests
{
    public static TheoryData<string> Formats => [.. CommandRegistry.Formats.Select(f => f.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_header_is_a_line_that_fits_as_one(string name)
    {
        foreach (IFormat format in CommandRegistry.Formats.Where(f => f.Name == name))
        {
            foreach (byte[] line in Lines)
            {
                Assert.Equal(format.Fit(line) == LineFit.Header, format.IsHeader(line));
            }
        }
    }

    /// <summary>Lines of all real captures, as they are and with something before them.</summary>
    private static readonly byte[][] Lines =
    [
        .. Directory.EnumerateFiles(Given.Data("."), "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".db", StringComparison.Ordinal) && new FileInfo(f).Length < 1 << 20)
            .SelectMany(f => File.ReadAllText(f, System.Text.Encoding.Latin1).Split('\n').Where((_, i) => i < 50 || i % 7 == 0))
            .Distinct(StringComparer.Ordinal)
            .SelectMany((line, i) => i % 10 == 0 ? new[] { line, " " + line, "> " + line } : [line])
            .Select(System.Text.Encoding.Latin1.GetBytes),
        [],
    ];
}
