using Leakstat.Store;

namespace Leakstat.Platform;

/// <summary>
/// Folders and files for the user's eyes alone: what hosts said of themselves, and what is put aside meanwhile. Files
/// are made new or not at all; nothing that stands there is followed or written over.
/// </summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Makes a folder, and those above it that are missing, each mode 0700; what is there stays as it is.
    /// </summary>
    public static void MakeFolder(string path) => PrivateFolder.Make(path);

    /// <summary>Makes a new file, mode 0600; fails where something of that name is there.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="access">Whether it is to be read, too.</param>
    public static FileStream Create(string path, FileAccess access = FileAccess.Write)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = access, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        return new FileStream(path, options);
    }

    /// <summary>
    /// Makes a file of those bytes, mode 0600, whole or not at all, in place of what is there: what is read later as
    /// true must not be half of it.
    /// </summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string part = $"{path}.{Path.GetRandomFileName()}.part";
        try
        {
            using (FileStream stream = Create(part))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    /// <summary>Makes a new file of those bytes, mode 0600; fails where something of that name is there.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using FileStream stream = Create(path);
        stream.Write(content);
    }
}
