using System.Text;

namespace Leakstat.Cli.Cores;

/// <summary>
/// Finds the kernel of a dump, as crashinfo(8) does: among those below <c>/boot</c>, by the version text in them.
/// </summary>
internal static class KernelSearch
{
    private const string Boot = "/boot";

    /// <summary>Kernels have some 30 MiB.</summary>
    private const int MostBytes = 512 << 20;

    /// <summary>
    /// Folders to try, the likeliest first. Where the version is known, only those whose kernel says it.
    /// </summary>
    /// <param name="version">Version text of the dump; null where not known.</param>
    public static IReadOnlyList<string> Folders(string? version) => Folders(Boot, version);

    /// <summary>As <see cref="Folders(string?)"/>, below another folder.</summary>
    internal static IReadOnlyList<string> Folders(string boot, string? version)
    {
        List<string> folders = [Path.Combine(boot, "kernel")];
        try
        {
            folders.AddRange(Directory.EnumerateDirectories(boot).Order(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such folder: the analysis runs on another machine.
        }

        return
        [
            .. folders.Distinct().Where(folder => File.Exists(Path.Combine(folder, "kernel")))
                .Where(folder => version is null || Says(Path.Combine(folder, "kernel"), FirstLine(version))),
        ];
    }

    private static string FirstLine(string version)
    {
        // The path where it was built follows on a line of its own, or behind spaces.
        int end = version.AsSpan().IndexOfAny('\n', '\r');
        string line = (end < 0 ? version : version[..end]).Trim();
        int gap = line.IndexOf("  ", StringComparison.Ordinal);
        return gap < 0 ? line : line[..gap];
    }

    private static bool Says(string kernel, string text)
    {
        if (text.Length < 8)
        {
            return true;
        }

        try
        {
            byte[] wanted = Encoding.Latin1.GetBytes(text);
            using Stream file = OpenedFile.Read(kernel);
            byte[] buffer = new byte[(1 << 20) + wanted.Length];
            int kept = 0;
            int got;
            for (long done = 0; done < MostBytes
                && (got = file.Read(buffer, kept, buffer.Length - kept)) > 0; done += got)
            {
                int length = kept + got;
                if (buffer.AsSpan(0, length).IndexOf(wanted) >= 0)
                {
                    return true;
                }

                kept = Math.Min(length, wanted.Length);
                buffer.AsSpan(length - kept, kept).CopyTo(buffer);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        return false;
    }
}
