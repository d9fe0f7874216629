using Leakstat.Model;

namespace Leakstat.Engines.Writing;

/// <summary>The folder of a queue: for one's own eyes, and of one process at a time.</summary>
internal static class QueueFolder
{
    /// <summary>Makes the folder where there is none; it is taken until the file that is given is disposed.</summary>
    /// <exception cref="IOException">It cannot be used, or another process uses it.</exception>
    public static FileStream Take(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        try
        {
            return new FileStream(
                Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (
            e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new IOException($"{folder}: another process uses this queue ({FaultText.Of(e)})", e);
        }
    }
}
