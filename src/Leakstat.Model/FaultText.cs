using System.ComponentModel;

namespace Leakstat.Model;

/// <summary>
/// What went wrong with a file, in words. The framework's own messages are not part of the program that ships, only
/// their keys (<c>UseSystemResourceKeys</c>); a key tells a user nothing.
/// </summary>
public static class FaultText
{
    /// <summary>The fault in a few words, without the path.</summary>
    public static string Of(Exception fault) => IsKey(fault.Message)
        ? fault switch
        {
            UnauthorizedAccessException => "permission denied",
            FileNotFoundException or DirectoryNotFoundException => "no such file or folder",
            PathTooLongException => "the path is too long",
            EndOfStreamException => "it ends too early",
            InvalidDataException => "its data is damaged or cut",
            NotSupportedException => "packed in a way that is not read",
            Win32Exception native => OfCode(native.NativeErrorCode),
            _ => OfCode(fault.HResult),
        }
        : WithoutPath(fault.Message);

    /// <summary>The framework puts the path behind the words: <c>No space left on device : '/tmp/x.part'</c>.</summary>
    private static string WithoutPath(string message) =>
        message.EndsWith('\'') && message.IndexOf(" : '", StringComparison.Ordinal) is > 0 and var end
            ? message[..end]
            : message;

    /// <summary>
    /// A key is a word or several with underscores, with values behind a comma: <c>IO_SharingViolation_File, /x</c>.
    /// </summary>
    private static bool IsKey(string message)
    {
        int comma = message.IndexOf(", ", StringComparison.Ordinal);
        ReadOnlySpan<char> key = comma < 0 ? message : message.AsSpan(0, comma);
        foreach (char c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// On Unix the code is the system's (<c>sys/errno.h</c>; the same on Linux and FreeBSD but for the quota's).
    /// </summary>
    private static string OfCode(int code) => code switch
    {
        2 => "no such file or folder",
        5 => "input/output error",
        13 => "permission denied",
        17 => "it is there already",
        20 => "a part of the path is no folder",
        21 => "it is a folder",
        27 => "the file would become too large",
        28 => "no space left on the device",
        30 => "the file system is read-only",
        69 or 122 => "the quota is used up",
        _ => "input/output error",
    };
}
