using System.Runtime.InteropServices;

namespace Leakstat.Platform;

/// <summary>A folder that goes away when disposed, and when a signal ends this program before that.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly string _path;
    private readonly PosixSignalRegistration[] _signals;

    /// <summary>Answers for the folder from now on; it need not be there yet.</summary>
    public TemporaryFolder(string path)
    {
        _path = path;
        _signals =
        [
            .. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
                .Select(signal => PosixSignalRegistration.Create(signal, _ => Remove(_path))),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        Remove(_path);
    }

    /// <summary>Takes a folder away with all that is in it, where it is there and may be.</summary>
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not there, or what is written to it meanwhile ends with this program.
        }
    }
}
