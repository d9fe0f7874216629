using System.Globalization;
using Leakstat.Cli.Hosting;
using Leakstat.Reports.Views.Crashes;

namespace Leakstat.Cli.Cores;

/// <summary>
/// The folder where savecore(8) leaves dumps: which crashes there are, and which have a report already.
/// </summary>
internal static class CrashDirectory
{
    /// <summary>Where FreeBSD keeps them (<c>dumpdir</c> of rc.conf(5)).</summary>
    public const string Default = "/var/crash";

    /// <summary>Most files that are looked at: a folder of more is none of savecore's.</summary>
    private const int MostFiles = 100_000;

    private static readonly (string Stem, CrashFileKind Kind)[] s_stems =
    [
        ("vmcore_encrypted", CrashFileKind.Encrypted),
        ("vmcore_full", CrashFileKind.Dump),
        ("vmcore", CrashFileKind.Dump),
        ("livecore", CrashFileKind.Dump),
        ("textdump.tar", CrashFileKind.TextDump),
        ("info", CrashFileKind.Info),
        ("core.txt", CrashFileKind.Summary),
    ];

    /// <summary>The crashes, by number. Links such as <c>vmcore.last</c> name none of their own.</summary>
    /// <param name="folder">The crash directory.</param>
    /// <param name="output">Where reports are kept.</param>
    public static IReadOnlyList<CrashEntry> Read(string folder, string output)
    {
        List<CrashFile> files = [];
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles().Take(MostFiles))
        {
            // A link leads to a file that has a number itself.
            if (file.LinkTarget is null && Parse(file.Name) is { } found)
            {
                files.Add(new CrashFile(file.FullName, found.Kind, found.Number, file.Length, file.LastWriteTimeUtc));
            }
        }

        return
        [
            .. files.GroupBy(file => file.Number).OrderBy(group => group.Key).Select(group =>
            {
                string report = Path.Combine(
                    output, string.Create(CultureInfo.InvariantCulture, $"leakstat.{group.Key}.txt"));
                CrashFile[] own = [.. group.OrderBy(file => file.Name, StringComparer.Ordinal)];
                return new CrashEntry
                {
                    Number = group.Key,
                    Files = own,
                    Report = report,
                    LacksKernel = LacksKernel(report),
                    IsDone = File.Exists(report) && File.GetLastWriteTimeUtc(report) >= own.Max(file => file.Changed),
                };
            }),
        ];
    }

    private static bool LacksKernel(string report)
    {
        const int Head = 40;
        try
        {
            using var reader = new StreamReader(OpenedFile.Read(report));
            for (int line = 0; line < Head && reader.ReadLine() is { } text; line++)
            {
                if (text == CrashText.NoKernel)
                {
                    return true;
                }
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Kind and number by a name; null where it is none of savecore's or crashinfo's.</summary>
    internal static (CrashFileKind Kind, int Number)? Parse(string name)
    {
        foreach ((string stem, CrashFileKind kind) in s_stems)
        {
            if (!name.StartsWith(stem, StringComparison.Ordinal)
                || name.Length == stem.Length
                || name[stem.Length] != '.')
            {
                continue;
            }

            ReadOnlySpan<char> rest = name.AsSpan(stem.Length + 1);
            foreach (string ending in (ReadOnlySpan<string>)[".gz", ".zst"])
            {
                if (kind is not (CrashFileKind.Info or CrashFileKind.Summary)
                    && rest.EndsWith(ending, StringComparison.Ordinal))
                {
                    rest = rest[..^ending.Length];
                    break;
                }
            }

            return int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? (kind, number)
                : null;
        }

        return null;
    }
}
