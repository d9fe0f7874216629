using System.Formats.Tar;
using System.IO.Compression;
using Leakstat.Captures.Scrub;

namespace Leakstat.Cli.Hosting.Files;

/// <summary>
/// Writes a scrubbed capture as a folder or an archive: whole or not at all, and never over something.
/// </summary>
internal static class ScrubOutput
{
    /// <summary>
    /// Writes the files; returns how many there were. Nothing is left where there is none or where it fails.
    /// </summary>
    public static int Write(string output, IEnumerable<ScrubbedFile> files)
    {
        bool isArchive = output.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)
            || output.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);
        string part = $"{output.TrimEnd('/')}.{Path.GetRandomFileName()}.part";
        try
        {
            int written = isArchive ? WriteArchive(part, files) : WriteFolder(part, files);
            if (written == 0)
            {
                Remove(part);
            }
            else if (isArchive)
            {
                File.Move(part, output, overwrite: false);
            }
            else
            {
                Directory.Move(part, output.TrimEnd('/'));
            }

            return written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(part);
            throw ReportFile.Failure(output, e);
        }
        catch
        {
            Remove(part);
            throw;
        }
    }

    private static int WriteFolder(string folder, IEnumerable<ScrubbedFile> files)
    {
        int written = 0;
        foreach (ScrubbedFile file in files)
        {
            string path = Path.Combine(folder, file.Path);
            PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
            PrivateFiles.Write(path, file.Bytes);
            written++;
        }

        return written;
    }

    private static int WriteArchive(string path, IEnumerable<ScrubbedFile> files)
    {
        int written = 0;
        using FileStream stream = PrivateFiles.Create(path);
        using var packed = new GZipStream(stream, CompressionLevel.Optimal);
        using var tar = new TarWriter(packed, TarEntryFormat.Pax);
        foreach (ScrubbedFile file in files)
        {
            // Neither owner nor time of the original is anyone's business.
            using var content = new MemoryStream(file.Bytes, writable: false);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file.Path)
            {
                DataStream = content,
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            });
            written++;
        }

        return written;
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
