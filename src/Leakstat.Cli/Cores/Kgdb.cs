using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Leakstat.Model;

namespace Leakstat.Cli.Cores;

/// <summary>The backtrace that kgdb(1) prints of the thread that panicked.</summary>
internal static class Kgdb
{
    private const int MostBytes = 64 << 10;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(120);

    /// <summary>The program: on the path, or where the package puts it; null where it is not installed.</summary>
    public static string? Find()
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
            Path.PathSeparator), "/usr/local/bin"];
        return folders.Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, "kgdb")).FirstOrDefault(
            File.Exists);
    }

    /// <summary>The frames as kgdb words them; null where it has none to show, with the reason.</summary>
    /// <param name="program">Path of kgdb.</param>
    /// <param name="kernel">Kernel file.</param>
    /// <param name="dump">Dump, not compressed.</param>
    /// <param name="problem">Why there are none.</param>
    public static IReadOnlyList<string>? Backtrace(string program, string kernel, string dump, out string? problem)
    {
        var start = new ProcessStartInfo(
            program, ["-nx", "-q", "-batch", "-ex", "set pagination off", "-ex", "bt", kernel, dump])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            using var late = new Timer(_ => Kill(process), null, s_time, Timeout.InfiniteTimeSpan);
            string[] frames = Frames(Bounded(process.StandardOutput));
            bool ended = process.WaitForExit(s_time);
            Kill(process);
            problem = frames.Length > 0
                ? null
                : ended ? "kgdb printed no backtrace" : "kgdb took too long and was ended";
            return frames.Length > 0 ? frames : null;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            problem = $"kgdb could not be run: {FaultText.Of(e)}";
            return null;
        }
    }

    /// <summary>Lines of frames, <c>#0 …</c>, with what continues them; everything else is greeting.</summary>
    internal static string[] Frames(string text)
    {
        List<string> frames = [];
        foreach (string line in text.Split('\n'))
        {
            string row = Printable(line.TrimEnd());
            if (row.StartsWith('#') && row.Length > 1 && char.IsAsciiDigit(row[1]))
            {
                frames.Add(row);
            }
            else if (frames.Count > 0 && row.StartsWith(' '))
            {
                frames[^1] += " " + row.Trim();
            }
        }

        return [.. frames];
    }

    /// <summary>
    /// What a program printed about a dump may hold what a dump says: no control characters reach a terminal.
    /// </summary>
    private static string Printable(string line) =>
        string.Concat(line.Select(c => c is '\t' ? ' ' : char.IsControl(c) ? '?' : c));

    private static string Bounded(StreamReader reader)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        int got;
        while (text.Length < MostBytes && (got = reader.Read(buffer)) > 0)
        {
            text.Append(buffer, 0, got);
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
