namespace Leakstat.Cli.Hosting.Files;

/// <summary>
/// Pieces of a report that are put aside until their order is known: a file for the user's eyes alone, with no name
/// where the system allows that, gone when disposed. Written and read by any number of threads.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private readonly FileStream _file;
    private readonly string _path;
    private long _length;

    /// <summary>Makes the file among the temporary ones.</summary>
    public PartFile()
    {
        _path = Path.Combine(Path.GetTempPath(), $"leakstat-{Path.GetRandomFileName()}");
        _file = PrivateFiles.Create(_path, FileAccess.ReadWrite);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(_path);
        }
    }

    /// <summary>Puts a piece aside; gives where it lies.</summary>
    public (long At, int Length) Add(ReadOnlySpan<byte> piece)
    {
        long at = Interlocked.Add(ref _length, piece.Length) - piece.Length;
        RandomAccess.Write(_file.SafeFileHandle, piece, at);
        return (at, piece.Length);
    }

    /// <summary>Fetches a piece.</summary>
    public ReadOnlyMemory<byte> Read((long At, int Length) place)
    {
        byte[] piece = new byte[place.Length];
        for (int read = 0; read < piece.Length;)
        {
            int got = RandomAccess.Read(_file.SafeFileHandle, piece.AsSpan(read), place.At + read);
            read += got > 0 ? got : throw new EndOfStreamException("a temporary file has become shorter");
        }

        return piece;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        if (OperatingSystem.IsWindows())
        {
            File.Delete(_path);
        }
    }
}
