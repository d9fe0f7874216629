using Leakstat.Model;

namespace Leakstat.Cli.Hosting;

/// <summary>
/// Writes a file that a user named, whole or not at all. <c>-</c> is standard output; what is there and is no regular
/// file, a device or a pipe, is written to and never replaced; a link stays, and what it leads to is replaced.
/// </summary>
internal static class ReportFile
{
    /// <summary>
    /// Writes it beside its place and moves it there; fails with code 2 where that cannot be, 74 where there is no
    /// room.
    /// </summary>
    public static void Write(string path, Terminal terminal, Action<Stream> write)
    {
        if (path == "-")
        {
            write(terminal.Output);
            terminal.Output.Flush();
            return;
        }

        Replace(path, write);
    }

    /// <summary>
    /// Writes it beside its place, moves it there when it is on the disk, and leaves what was there where that fails:
    /// as <see cref="Write"/>, for a file and not for standard output.
    /// </summary>
    public static void Replace(string path, Action<Stream> write)
    {
        string? temporary = null;
        try
        {
            using (Stream? device = OpenedFile.WriteThrough(path))
            {
                if (device is not null)
                {
                    write(device);
                    device.Flush();
                    return;
                }
            }

            string place = Target(path);
            using (FileStream stream = Create(place, out temporary))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, place, overwrite: true);
        }
        catch (IOException e) when (StandardOutput.IsClosedPipe(e))
        {
            // The reader of a pipe that was named has had enough.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (temporary is not null && File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw Failure(path, e);
        }
    }

    /// <summary>What is said of a file that cannot be written: code 74 where there was no room, 2 else.</summary>
    public static CommandException Failure(string path, Exception e) => new(
        IsOfOutput(e) ? ExitCode.Output : ExitCode.Usage, $"cannot write {path}: {FaultText.Of(e)}");

    /// <summary>
    /// Whether there was no room, or the device failed: ENOSPC, EIO, EFBIG, EDQUOT on Linux and FreeBSD.
    /// </summary>
    public static bool IsOfOutput(Exception e) => e is IOException { HResult: 28 or 5 or 27 or 69 or 122 };

    /// <summary>Where a link leads in the end; the path itself where it is none.</summary>
    private static string Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    /// <summary>
    /// A new file beside the place, under a name that nobody can know beforehand, so that nothing is followed or
    /// replaced on the way; with the mode of the file that it will replace.
    /// </summary>
    private static FileStream Create(string place, out string temporary)
    {
        string folder = Path.GetDirectoryName(place) is { Length: > 0 } named ? named : ".";
        temporary = Path.Combine(folder, $".{Path.GetFileName(place)}.{Path.GetRandomFileName()}.part");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
        };
        if (!OperatingSystem.IsWindows() && File.Exists(place))
        {
            options.UnixCreateMode = File.GetUnixFileMode(place);
        }

        return new FileStream(temporary, options);
    }
}
