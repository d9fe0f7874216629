using Leakstat.Store.Errors;

namespace Leakstat.Store;

/// <summary>
/// Looks after the store's files as files of the system. A store holds whole outputs of hosts: it is for its owner
/// alone. What SQLite keeps beside it must be files, as a link there would make it write elsewhere.
/// </summary>
internal static class FileSafety
{
    private static readonly string[] s_beside = ["-wal", "-shm", "-journal"];

    /// <summary>
    /// Refuses what lies beside a store and is no plain file; makes the store, readable by its owner alone, where there
    /// is none.
    /// </summary>
    /// <param name="file">The store.</param>
    public static void Prepare(string file)
    {
        Inspect(file);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
                {
                    PrivateFolder.Make(folder);
                }

                if (!File.Exists(file))
                {
                    using var made = new FileStream(file, new FileStreamOptions
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.Write,
                        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    });
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever was quicker made it; whatever else hinders is said, better, when the file is opened.
        }
    }

    /// <summary>Refuses what lies beside a store and is no plain file.</summary>
    /// <param name="file">The store; may be a link, beside whose target the files then lie.</param>
    public static void Inspect(string file)
    {
        string real = Target(file);
        foreach (string suffix in s_beside)
        {
            var beside = new FileInfo(real + suffix);
            if (beside.LinkTarget is not null)
            {
                throw new StoreException(
                    $"{beside.FullName}: is a link, which SQLite's files beside a store never are; see who made it, "
                        + "and remove it");
            }

            if (Directory.Exists(beside.FullName))
            {
                throw new StoreException($"{beside.FullName}: is a folder, where SQLite keeps a file of the store");
            }
        }
    }

    private static string Target(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (IOException)
        {
            return file;
        }
    }
}
