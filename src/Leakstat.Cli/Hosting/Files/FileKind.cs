using System.Formats.Tar;

namespace Leakstat.Cli.Hosting.Files;

/// <summary>Tells regular files from sockets, pipes and devices without opening them.</summary>
internal static class FileKind
{
    private const int TypeOffset = 156;

    /// <summary>Whether it is a regular file.</summary>
    public static bool IsRegular(string path)
    {
        if (new FileInfo(path).Length > 0)
        {
            return true;
        }

        // The base library does not tell a file's type, but writing a tar entry asks the system for it and opens
        // regular files only. What has no length is little to write.
        try
        {
            using var memory = new MemoryStream();
            using (var writer = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
            {
                writer.WriteEntry(path, "f");
            }

            return memory.Length > TypeOffset && memory.GetBuffer()[TypeOffset] is (byte)'0' or 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false;
        }
    }
}
