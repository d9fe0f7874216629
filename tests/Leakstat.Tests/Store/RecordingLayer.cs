using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Leakstat.Tests.Store;

/// <summary>What was done to one file.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Kind">What.</param>
/// <param name="Offset">Where; the length that is left; of a deletion, 1 where the folder is synced.</param>
/// <param name="Bytes">What was written.</param>
internal readonly record struct FileStep(string File, FileStepKind Kind, long Offset, byte[] Bytes);

/// <summary>What can be done to a file.</summary>
internal enum FileStepKind
{
    Write,
    Truncate,
    Sync,
    Delete,
}

/// <summary>
/// A file layer of SQLite (<c>sqlite3_vfs</c>) that passes everything on to the system's, keeps a record of what changes
/// files, and can run out of room. There is one; tests that use it take turns.
/// </summary>
internal static unsafe class RecordingLayer
{
    public const string Name = "leakstat-recording";

    // Offsets in sqlite3_vfs and sqlite3_io_methods on 64 bits (sqlite3.h).
    private const int VfsSize = 168;
    private const int VfsName = 24;
    private const int VfsOpen = 40;
    private const int VfsDelete = 48;
    private const int MethodsSize = 152;
    private const int Close = 8;
    private const int WriteAt = 24;
    private const int Truncate = 32;
    private const int Sync = 40;
    private const int Full = 13;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<nint, (string Name, nint Methods)> s_files = [];
    private static readonly Dictionary<nint, nint> s_methods = [];
    private static readonly List<FileStep> s_steps = [];
    private static nint s_system;
    private static long s_room = long.MaxValue;

    /// <summary>Starts a new record.</summary>
    /// <param name="room">Bytes that can be written before the disk is full.</param>
    public static void Start(long room = long.MaxValue)
    {
        lock (s_lock)
        {
            Register();
            s_steps.Clear();
            s_room = room;
        }
    }

    /// <summary>Steps so far.</summary>
    public static int Count
    {
        get
        {
            lock (s_lock)
            {
                return s_steps.Count;
            }
        }
    }

    /// <summary>The record.</summary>
    public static FileStep[] Steps
    {
        get
        {
            lock (s_lock)
            {
                return [.. s_steps];
            }
        }
    }

    private static void Register()
    {
        if (s_system != 0)
        {
            return;
        }

        nint library = NativeLibrary.Load("e_sqlite3", typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, null);
        var find = (delegate* unmanaged[Cdecl]<nint, nint>)NativeLibrary.GetExport(library, "sqlite3_vfs_find");
        var register = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "sqlite3_vfs_register");
        s_system = find(0);
        byte* mine = (byte*)NativeMemory.Alloc(VfsSize);
        Buffer.MemoryCopy((void*)s_system, mine, VfsSize, VfsSize);
        *(nint*)(mine + VfsName) = Marshal.StringToCoTaskMemUTF8(Name);
        *(nint*)(mine + VfsOpen) = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)&OnOpen;
        *(nint*)(mine + VfsDelete) = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, int>)&OnDelete;
        Assert.Equal(0, register((nint)mine, 0));
    }

    private static string Text(byte* name) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnOpen(nint vfs, byte* name, nint file, int flags, int* outFlags)
    {
        int code = ((delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)(*(nint*)(s_system + VfsOpen)))(s_system, name, file, flags, outFlags);
        nint methods = *(nint*)file;
        if (code == 0 && methods != 0 && name != null)
        {
            lock (s_lock)
            {
                if (!s_methods.TryGetValue(methods, out nint own))
                {
                    byte* copy = (byte*)NativeMemory.Alloc(MethodsSize);
                    Buffer.MemoryCopy((void*)methods, copy, MethodsSize, MethodsSize);
                    *(nint*)(copy + Close) = (nint)(delegate* unmanaged[Cdecl]<nint, int>)&OnClose;
                    *(nint*)(copy + WriteAt) = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)&OnWrite;
                    *(nint*)(copy + Truncate) = (nint)(delegate* unmanaged[Cdecl]<nint, long, int>)&OnTruncate;
                    *(nint*)(copy + Sync) = (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&OnSync;
                    s_methods[methods] = own = (nint)copy;
                }

                s_files[file] = (Text(name), methods);
                *(nint*)file = own;
            }
        }

        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDelete(nint vfs, byte* name, int syncFolder)
    {
        Add(new FileStep(Text(name), FileStepKind.Delete, syncFolder, []));
        return ((delegate* unmanaged[Cdecl]<nint, byte*, int, int>)(*(nint*)(s_system + VfsDelete)))(s_system, name, syncFolder);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClose(nint file)
    {
        nint methods = Of(file).Methods;
        lock (s_lock)
        {
            s_files.Remove(file);
        }

        *(nint*)file = methods;
        return ((delegate* unmanaged[Cdecl]<nint, int>)(*(nint*)(methods + Close)))(file);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(nint file, byte* bytes, int length, long offset)
    {
        (string name, nint methods) = Of(file);
        lock (s_lock)
        {
            if (s_room < length)
            {
                return Full;
            }

            s_room -= length;
        }

        Add(new FileStep(name, FileStepKind.Write, offset, new ReadOnlySpan<byte>(bytes, length).ToArray()));
        return ((delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)(*(nint*)(methods + WriteAt)))(file, bytes, length, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTruncate(nint file, long length)
    {
        (string name, nint methods) = Of(file);
        Add(new FileStep(name, FileStepKind.Truncate, length, []));
        return ((delegate* unmanaged[Cdecl]<nint, long, int>)(*(nint*)(methods + Truncate)))(file, length);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSync(nint file, int flags)
    {
        (string name, nint methods) = Of(file);
        int code = ((delegate* unmanaged[Cdecl]<nint, int, int>)(*(nint*)(methods + Sync)))(file, flags);
        Add(new FileStep(name, FileStepKind.Sync, 0, []));
        return code;
    }

    private static (string Name, nint Methods) Of(nint file)
    {
        lock (s_lock)
        {
            return s_files[file];
        }
    }

    private static void Add(FileStep step)
    {
        lock (s_lock)
        {
            s_steps.Add(step);
        }
    }
}
