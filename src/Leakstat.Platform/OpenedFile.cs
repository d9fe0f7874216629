using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Leakstat.Platform;

/// <summary>
/// Opens files that a person or a folder names. What a name stands for may change between a look and an open, and an
/// open of a pipe waits for its other side: so it is opened first, without waiting, and then what was opened is looked
/// at (<c>fstat</c>).
/// </summary>
public static partial class OpenedFile
{
    /// <summary>What is said of a file that is none.</summary>
    public const string NotRegular = "not a regular file (a socket, pipe or device)";

    /// <summary>What is said of a file of the system that goes on.</summary>
    private const string Endless = "a file without a length that goes on: one of the system, not a capture";

    /// <summary>
    /// Most bytes of a file that says it has none; tables of <c>/proc</c> and <c>/sys</c> are far smaller.
    /// </summary>
    private const int WithoutLength = 4 << 20;

    private const int TypeMask = 0xf000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int SetFlags = 4;

    // sys/fcntl.h of FreeBSD and of Linux.
    private static readonly int s_nonBlocking = OperatingSystem.IsFreeBSD() ? 0x4 : 0x800;
    private static readonly int s_closeOnExec = OperatingSystem.IsFreeBSD() ? 0x0010_0000 : 0x0008_0000;

    /// <summary>
    /// Opens a regular file for reading. One that says it has no length is taken at once and as far as a bound: what a
    /// kernel makes up when it is asked (<c>/proc</c>) says so, and may go on for gigabytes.
    /// </summary>
    /// <exception cref="IOException">There is none, or it is no regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static Stream Read(string path)
    {
        FileStream stream = OpenRegular(path);
        try
        {
            if (stream.Length > 0)
            {
                return stream;
            }

            using (stream)
            {
                return new MemoryStream(Bytes(stream, WithoutLength, Endless), writable: false);
            }
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether a name stands for a regular file at this moment; what may not be read counts as one, and says so when it
    /// is.
    /// </summary>
    public static bool IsRegular(string path)
    {
        try
        {
            OpenRegular(path).Dispose();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The bytes of a regular file, as far as the bound.</summary>
    /// <exception cref="IOException">There is none, it is no regular file, or it is longer.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAll(string path, int most = 64 << 20)
    {
        using Stream stream = Read(path);
        return Bytes(stream, most, $"longer than {most >> 20} MiB");
    }

    /// <summary>
    /// Opens what is there for writing where it is no regular file: a device, a pipe with a reader; null where it is
    /// one, or nothing is there.
    /// </summary>
    /// <exception cref="IOException">It is there and cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static Stream? WriteThrough(string path)
    {
        if (!CanAsk || !Path.Exists(path))
        {
            return null;
        }

        SafeFileHandle handle = Open(path, WriteOnly);
        if (TypeOf(handle) is RegularFile or Folder)
        {
            handle.Dispose();
            return null;
        }

        // Only the open shall not wait; a pipe that is full is waited for.
        _ = NativeControl(handle, SetFlags, 0);
        return new FileStream(handle, FileAccess.Write, bufferSize: 1, isAsync: false);
    }

    private static FileStream OpenRegular(string path)
    {
        if (!CanAsk)
        {
            return new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete,
                1,
                FileOptions.SequentialScan);
        }

        SafeFileHandle handle = Open(path, ReadOnly);
        try
        {
            if (TypeOf(handle) is not RegularFile)
            {
                throw new IOException(NotRegular);
            }

            return new FileStream(handle, FileAccess.Read, bufferSize: 1, isAsync: false);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static byte[] Bytes(Stream stream, int most, string tooLong)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        int got;
        while ((got = stream.Read(buffer)) > 0)
        {
            if (bytes.Length + got > most)
            {
                throw new IOException(tooLong);
            }

            bytes.Write(buffer, 0, got);
        }

        return bytes.ToArray();
    }

    private static bool CanAsk => OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD();

    private static SafeFileHandle Open(string path, int access)
    {
        int descriptor = NativeOpen(path, access | s_nonBlocking | s_closeOnExec);
        int error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        string text = Marshal.GetPInvokeErrorMessage(error);
        throw error switch
        {
            // ENOENT, ENOTDIR; EACCES, EPERM; the same numbers everywhere.
            2 or 20 => new FileNotFoundException(text, path),
            1 or 13 => new UnauthorizedAccessException(text),
            _ => new IOException(text, error),
        };
    }

    /// <summary>The type of what is open, <c>S_IFMT</c> of its mode.</summary>
    private static int TypeOf(SafeFileHandle handle)
    {
        // struct stat: st_mode stands behind st_dev, st_ino and st_nlink of eight bytes each on FreeBSD from 12 on and
        // on Linux for amd64, and behind the first two on Linux for arm64. Its low 16 bits are the same everywhere.
        byte[] stat = new byte[512];
        if (NativeStat(handle, stat) != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }

        int at = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 16 : 24;
        return BitConverter.ToUInt16(stat, at) & TypeMask;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int NativeControl(SafeFileHandle handle, int command, int flags);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static partial int NativeStat(SafeFileHandle handle, [Out] byte[] stat);
}
