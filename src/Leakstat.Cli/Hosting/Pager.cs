using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Leakstat.Cli.Hosting;

/// <summary>
/// Shows long output on a terminal through a pager, as git(1) does: <c>LEAKSTAT_PAGER</c>, else <c>PAGER</c>, else
/// less(1) where it
/// is installed, which ends by itself where all fits on the screen (<c>LESS=FRX</c>). Nothing else is paged: not what
/// goes into a
/// pipe or a file, and not where the pager is <c>cat</c> or empty.
/// </summary>
internal static class Pager
{
    private const string Usual = "less";
    private const string UsualOptions = "FRX";

    /// <summary>Exit statuses of a shell that could not run its command.</summary>
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    /// <summary>Writes a report, through a pager where one is wanted; its bytes are the same either way.</summary>
    public static void Write(Terminal terminal, Action<Stream> write)
    {
        if (!terminal.IsTerminal || terminal.Pager is not { } command)
        {
            write(terminal.Output);
            terminal.Output.Flush();
            return;
        }

        using var text = new MemoryStream();
        write(text);
        if (!Show(command, text))
        {
            text.Position = 0;
            text.CopyTo(terminal.Output);
            terminal.Output.Flush();
        }
    }

    /// <summary>The pager that the environment names, as a command of sh(1); null for none.</summary>
    public static string? OfEnvironment()
    {
        string? command = Environment.GetEnvironmentVariable("LEAKSTAT_PAGER")
            ?? Environment.GetEnvironmentVariable("PAGER");
        return command is null ? (IsInstalled(Usual) ? Usual : null)
            : command.Trim() is "" or "cat" ? null
            : command;
    }

    /// <summary>Runs the pager over the text; false where it could not be run, so that nothing was shown.</summary>
    private static bool Show(string command, MemoryStream text)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment.TryAdd("LESS", UsualOptions);

        // An interrupt is the pager's own: it ends a search, and the report stays.
        using var interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT, static context => context.Cancel = true);
        try
        {
            using Process? pager = Process.Start(start);
            if (pager is null)
            {
                return false;
            }

            try
            {
                text.Position = 0;
                text.CopyTo(pager.StandardInput.BaseStream);
                pager.StandardInput.Close();
            }
            catch (IOException)
            {
                // It was left before the end, or never ran; the exit status tells.
            }

            pager.WaitForExit();
            return pager.ExitCode is not (NotExecutable or NotFound);
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
