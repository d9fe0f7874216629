using System.CommandLine;
using Leakstat.Cli.Cores;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Model;
using Leakstat.Reports.Views.Crashes;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat core [DIR]</c>: new dumps and crash summaries in the crash directory, each analysed once.
/// </summary>
internal static class CoreCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var folder = new Argument<string>("DIR")
        {
            Description = "crash directory",
            DefaultValueFactory = _ => CrashDirectory.Default,
        };
        var kernel = new Option<string?>("--kernel")
        {
            Description =
                "folder of the kernel that was running (else the one below /boot whose version fits the dump)",
            HelpName = "DIR",
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "folder for the reports (else beside the dumps)",
            HelpName = "DIR",
        };
        var list = new Option<bool>("--list") { Description = "only list; write nothing" };
        var again = new Option<bool>("--again") { Description = "analyse also what has a report" };
        var quiet = new Option<bool>("--quiet", "-q")
        {
            Description = "print only what is new, and nothing where nothing is (for cron)",
        };
        var kgdb = new Option<string?>("--kgdb")
        {
            Description = "path of kgdb, or none (else the installed one)",
            HelpName = "FILE|none",
        };
        var command = new Command("core", "analyse new dumps and crash summaries in the crash directory, each once")
        {
            folder, kernel, output, list, again, kgdb, options.Json, quiet,
        };
        command.SetAction(parsed => Run(
            new Request(
                parsed.GetValue(folder)!,
                parsed.GetValue(output) ?? parsed.GetValue(folder)!,
                parsed.GetValue(kernel),
                parsed.GetValue(kgdb),
                parsed.GetValue(list),
                parsed.GetValue(again),
                parsed.GetValue(quiet),
                parsed.GetValue(options.Json)),
            terminal));
        return command;
    }

    private static int Run(Request request, Terminal terminal)
    {
        if (!Directory.Exists(request.Reports))
        {
            throw new CommandException(
                request.Reports == request.Directory ? ExitCode.NoInput : ExitCode.Usage,
                $"{request.Reports}: no such folder");
        }

        IReadOnlyList<CrashEntry> entries = Read(request.Directory, request.Reports);
        bool isWork = !request.OnlyLists && entries.Any(request.IsToDo);
        using CrashLock? held = isWork ? CrashLock.TryTake(request.Reports) : null;
        if (isWork && held is null)
        {
            if (!request.IsQuiet)
            {
                terminal.Error.WriteLine(
                    $"leakstat: another leakstat core is at work in {request.Reports}; nothing is analysed here");
            }
        }
        else if (isWork)
        {
            // Another run may have ended in between.
            entries = Read(request.Directory, request.Reports);
        }

        var analysis = new CrashAnalysis(terminal)
        {
            KernelFolder = request.Kernel,
            IsQuiet = request.IsQuiet,
            Kgdb = request.Kgdb == "none" ? null : request.Kgdb ?? Kgdb.Find(),
        };
        CrashOutcome[] outcomes =
        [
            .. entries.Select(entry => held is not null && request.IsToDo(entry)
                ? Analyse(entry, analysis, terminal)
                : CrashOutcome.Listed(entry)),
        ];
        Print(request, [.. outcomes.Select(outcome => outcome.ToView())], terminal);
        return outcomes.Any(outcome => outcome.IsNew && !outcome.HasReport) ? ExitCode.Usage : ExitCode.Done;
    }

    private static void Print(Request request, CrashView[] views, Terminal terminal)
    {
        if (request.IsJson)
        {
            CrashJson.Write(request.Directory, views, terminal.JsonOutput);
            terminal.Output.Flush();
            return;
        }

        using TextWriter writer = terminal.Writer();
        CrashList.Write(request.Directory, views, request.IsQuiet, writer);
    }

    /// <summary>
    /// Writes the report last: what stopped half-way is tried again the next time. The report's time is that of the
    /// start, so that a dump that was still being written is looked at again; a report that cannot be written does not
    /// stop the others.
    /// </summary>
    private static CrashOutcome Analyse(CrashEntry entry, CrashAnalysis analysis, Terminal terminal)
    {
        DateTime start = TimeProvider.System.GetUtcNow().UtcDateTime;
        DateTime newest = entry.Files.Max(file => file.Changed);
        CrashOutcome outcome = analysis.Run(entry);
        if (!outcome.IsDump)
        {
            return outcome with { HasReport = false };
        }

        try
        {
            ReportFile.Write(entry.Report, terminal, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                writer.Write(outcome.Text);
            });

            // A file from the future, by the clock of now, is no reason to begin again each time.
            File.SetLastWriteTimeUtc(entry.Report, newest > start ? newest.AddSeconds(2) : start);
            return outcome;
        }
        catch (Exception e) when (e is CommandException or IOException or UnauthorizedAccessException)
        {
            return outcome with
            {
                HasReport = false,
                Problems = [.. outcome.Problems, $"{(e is CommandException ? e.Message : FaultText.Of(e))}; say with "
                    + "--output where there is room"],
            };
        }
    }

    private static IReadOnlyList<CrashEntry> Read(string folder, string reports)
    {
        try
        {
            return CrashDirectory.Read(folder, reports);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{folder}: {FaultText.Of(e)}");
        }
    }

    /// <summary>What was asked for.</summary>
    /// <param name="Directory">The crash directory.</param>
    /// <param name="Reports">Folder of the reports.</param>
    /// <param name="Kernel">Folder of the kernel that was running; null where it is to be looked for.</param>
    /// <param name="Kgdb">Path of kgdb, or <c>none</c>; null for the installed one.</param>
    /// <param name="OnlyLists">Whether nothing is analysed.</param>
    /// <param name="IsAgain">Whether what has a report is analysed too.</param>
    /// <param name="IsQuiet">Whether only what is new is printed.</param>
    /// <param name="IsJson">Whether JSON is printed.</param>
    private sealed record Request(
        string Directory,
        string Reports,
        string? Kernel,
        string? Kgdb,
        bool OnlyLists,
        bool IsAgain,
        bool IsQuiet,
        bool IsJson)
    {
        /// <summary>Whether a crash is to be analysed.</summary>
        public bool IsToDo(CrashEntry entry) =>
            IsAgain || !entry.IsDone || (Kernel is not null && entry.LacksKernel);
    }
}
