namespace Leakstat.Cli.Cores;

/// <summary>
/// Keeps a second run out of a folder of reports while one is at work there: cron and rc may start both at once. The
/// lock is one of the open file (flock(2)), which the kernel gives up when the process ends, however it ends: a file
/// that was left behind locks nothing. The file stays, because taking it away would let a third run lock a new one
/// while a second waits on the old.
/// </summary>
internal sealed class CrashLock : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = ".leakstat.lock";

    // What open(2) with flock(2) says where another has it, on Linux and on FreeBSD.
    private const int LinuxWouldBlock = 11;
    private const int BsdWouldBlock = 35;

    private readonly FileStream? _file;

    private CrashLock(FileStream? file)
    {
        _file = file;
    }

    /// <summary>
    /// Takes the lock; null where another run has it. Where nothing can be written there is nothing to keep apart.
    /// </summary>
    public static CrashLock? TryTake(string folder)
    {
        try
        {
            return new CrashLock(
                new FileStream(
                    Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException e) when (e.HResult is LinuxWouldBlock or BsdWouldBlock)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CrashLock(file: null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
