namespace Leakstat.Store;

/// <summary>Folders for the user's eyes alone: what hosts said of themselves lies in them.</summary>
public static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes a folder, and those above it that are missing, each mode 0700; what is there stays as it is.
    /// </summary>
    /// <exception cref="IOException">Something stands there that is no folder, or there is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // The library gives the mode to the last folder alone, and to those above it what the umask leaves.
        Stack<string> missing = [];
        string? folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        missing.Push(folder);
        while ((folder = Path.GetDirectoryName(folder)) is not null && !Path.Exists(folder))
        {
            missing.Push(folder);
        }

        foreach (string each in missing)
        {
            Directory.CreateDirectory(each, Owner);
        }
    }
}
