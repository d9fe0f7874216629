using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Leakstat.Cli.Hosting.Screen;

/// <summary>
/// The keyboard and the size of the terminal, by the system's own calls: the base library's console keeps state of its
/// own about the terminal, and puts it back at moments that it chooses. <c>termios</c> is kept as bytes and changed by
/// <c>cfmakeraw</c> alone, so that its layout, which differs between systems, need not be known.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class RawTerminal : IDisposable
{
    /// <summary>More than the largest <c>struct termios</c> (72 bytes on macOS, 60 on Linux, 44 on FreeBSD).</summary>
    private const int TermiosBytes = 256;

    private const int ReadWrite = 2;
    private const int SetNow = 0;
    private const short Readable = 1;
    private const short Writable = 4;
    private const short Broken = 8;

    private readonly int _keyboard;
    private readonly bool _isOwn;
    private readonly byte[] _saved = new byte[TermiosBytes];

    private RawTerminal(int keyboard, bool isOwn)
    {
        _keyboard = keyboard;
        _isOwn = isOwn;
    }

    /// <summary>
    /// Opens the keyboard: standard input, or the controlling terminal where that is something else. Null where there
    /// is none.
    /// </summary>
    public static RawTerminal? Open()
    {
        if (IsTerminal(0) == 1)
        {
            return new RawTerminal(0, isOwn: false);
        }

        int terminal = OpenFile("/dev/tty", ReadWrite);
        return terminal >= 0 ? new RawTerminal(terminal, isOwn: true) : null;
    }

    /// <summary>
    /// Keys come at once, unseen, control characters among them. False where the terminal does not let itself be set.
    /// </summary>
    public bool Enter()
    {
        if (GetAttributes(_keyboard, _saved) != 0)
        {
            return false;
        }

        byte[] raw = [.. _saved];
        MakeRaw(raw);
        return SetAttributes(_keyboard, SetNow, raw) == 0;
    }

    /// <summary>As it was before <see cref="Enter"/>.</summary>
    public void Leave() => _ = SetAttributes(_keyboard, SetNow, _saved);

    /// <summary>Waits for keys; 0 bytes when the time is up, -1 when the terminal is gone.</summary>
    public int Read(Span<byte> buffer, int milliseconds)
    {
        var wait = new PollDescriptor { Descriptor = _keyboard, Events = Readable };
        int ready = Poll(ref wait, 1, milliseconds);
        if (ready <= 0)
        {
            // A signal interrupts the wait; the caller asks again.
            return 0;
        }

        int got = (int)ReadBytes(_keyboard, buffer, (nuint)buffer.Length);
        return got > 0 ? got : -1;
    }

    /// <summary>Whether the terminal takes output now; one whose line is dead does not.</summary>
    public static bool TakesOutput(int milliseconds)
    {
        var wait = new PollDescriptor { Descriptor = 1, Events = Writable };
        return Poll(ref wait, 1, milliseconds) > 0 && (wait.Happened & Writable) != 0;
    }

    /// <summary>Whether the reader of standard output went away: a pipe without one says so unasked.</summary>
    public static bool IsOutputGone()
    {
        var wait = new PollDescriptor { Descriptor = 1 };
        return Poll(ref wait, 1, 0) > 0 && (wait.Happened & Broken) != 0;
    }

    /// <summary>Columns and rows; null where the terminal does not say.</summary>
    public (int Width, int Height)? Size() => SizeOf(_keyboard);

    /// <summary>
    /// Columns and rows of the terminal that standard output is; null where it is none or does not say.
    /// </summary>
    public static (int Width, int Height)? SizeOfOutput() => SizeOf(1);

    private static (int Width, int Height)? SizeOf(int terminal)
    {
        // sys/ttycom.h and asm-generic/ioctls.h
        nuint request = OperatingSystem.IsLinux() ? 0x5413u : 0x40087468u;
        if (OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            // There a variadic function takes its arguments elsewhere than any other does.
            return SizeByProgram();
        }

        Span<ushort> size = stackalloc ushort[4];
        return Control(terminal, request, size) == 0 && size[0] > 0 && size[1] > 0 ? (size[1], size[0]) : null;
    }

    /// <summary>Stops this process, as the shell's job control expects; returns when it goes on.</summary>
    public static void StopSelf() => _ = Kill(GetProcess(), OperatingSystem.IsLinux() ? 19 : 17);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isOwn)
        {
            _ = Close(_keyboard);
        }
    }

    private static (int Width, int Height)? SizeByProgram()
    {
        using var stty = Process.Start(
            new ProcessStartInfo("/bin/stty", ["size"]) { RedirectStandardOutput = true, UseShellExecute = false });
        string[] words = stty?.StandardOutput.ReadToEnd().Split(' ', '\n') ?? [];
        return words.Length >= 2
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int rows)
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int columns)
            && rows > 0 && columns > 0
            ? (columns, rows)
            : null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, Span<byte> attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, ReadOnlySpan<byte> attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(Span<byte> attributes);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadBytes(int descriptor, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, Span<ushort> argument);

    [LibraryImport("libc", EntryPoint = "getpid")]
    private static partial int GetProcess();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
