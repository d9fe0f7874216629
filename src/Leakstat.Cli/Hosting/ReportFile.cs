using Leakstat.Model;

namespace Leakstat.Cli.Hosting;

/// <summary>Writes a report to a file that a user named: whole or not at all.</summary>
internal static class ReportFile
{
    /// <summary>Writes it beside its place and moves it there; fails with code 2 where that cannot be.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".part";
        try
        {
            using (FileStream stream = File.Create(temporary))
            {
                write(stream);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new CommandException(ExitCode.Usage, $"cannot write {path}: {FaultText.Of(e)}");
        }
    }
}
