namespace Leakstat.Dump.Files;

/// <summary>
/// Why a file could not be read or written, in words: the framework's own messages are not part of the program that
/// ships.
/// </summary>
internal static class FileFault
{
    /// <summary>The fault in a few words, without the path.</summary>
    public static string Of(Exception fault) => fault switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "the path is too long",

        // On Unix the code is the system's (sys/errno.h); these are the same on Linux and FreeBSD.
        IOException { HResult: 12 } => "it does not fit into the address space",
        IOException { HResult: 27 } => "the file would become too large",
        IOException { HResult: 28 } => "no space left on the device",
        IOException { HResult: 30 } => "the file system is read-only",
        NotSupportedException or ArgumentException => "it is no file that can be read in any order",
        _ => "input/output error",
    };
}
