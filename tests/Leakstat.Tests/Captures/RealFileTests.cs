using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class RealFileTests
{
    public static TheoryData<string> Folders()
    {
        var folders = new TheoryData<string>();
        string root = Given.Data("");
        foreach (string folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(root, folder);
            if (name.StartsWith("freebsd-14.2-", StringComparison.Ordinal) && File.Exists(Path.Combine(folder, "vmstat-z.txt")))
            {
                folders.Add(name);
            }
        }

        return folders;
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_line_of_a_complete_capture_is_skipped_and_every_file_is_recognised(string folder)
    {
        Capture capture = Given.CaptureFolder(folder);

        Assert.Equal([], capture.Files.Where(f => f.Use == FileUse.Unknown).Select(f => f.Name));
        Assert.All(capture.Files, f => Assert.True(f.SkippedLines == 0, $"{f.Name} as {f.Format}: {f.SkippedLines}"));
        Assert.Empty(capture.Diagnostics.Where(d => d.Id != DiagnosticId.UnusedCommand && d.Id != DiagnosticId.Underflow));
        Assert.All(capture.Files, f => Assert.StartsWith(Expected(f.Name), f.Format, StringComparison.Ordinal));
    }

    [Fact]
    public void There_are_captures_to_test() => Assert.True(Folders().Count >= 28);

    private static string Expected(string file) => file switch
    {
        "arcstats.txt" or "phys_free.txt" or "sysctl-uma.txt" => "sysctl/",
        "kldstat-v.txt" => "kldstat/",
        "top-io.txt" => "top/",
        _ => file[..file.IndexOf('.', StringComparison.Ordinal)] + "/",
    };
}
