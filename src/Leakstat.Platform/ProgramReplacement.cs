using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Leakstat.Platform;

/// <summary>
/// Puts another program in the place of this one (execve): it keeps the process, its signals and its streams, so that
/// who supervises this program supervises that one.
/// </summary>
public static partial class ProgramReplacement
{
    /// <summary>
    /// Runs a program in place of this one. Returns only where that cannot be done (the program is missing), or where
    /// the system has no such call: then with the exit code of the program, which has run as a child.
    /// </summary>
    /// <param name="program">Path of the program.</param>
    /// <param name="arguments">Its arguments, its own name not among them.</param>
    /// <returns>The exit code; null where it could not be started.</returns>
    public static int? Run(string program, IReadOnlyList<string> arguments)
    {
        if (!OperatingSystem.IsWindows())
        {
            // An array for execv ends in a null.
            string?[] all = [program, .. arguments, null];
            _ = Execute(program, all);
            return null;
        }

        try
        {
            using Process? child = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false });
            child?.WaitForExit();
            return child?.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] arguments);
}
