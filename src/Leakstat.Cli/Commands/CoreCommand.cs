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
            Description = "print only what is new, and nothing where "
            + "nothing is (for cron)"
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
        command.SetAction(parsed =>
        {
            string directory = parsed.GetValue(folder)!;
            string reports = parsed.GetValue(output) ?? directory;
            if (!Directory.Exists(reports))
            {
                throw new CommandException(
                    reports == directory ? ExitCode.NoInput : ExitCode.Usage, $"{reports}: no such folder");
            }

            bool isAgain = parsed.GetValue(again);
            bool hasKernel = parsed.GetValue(kernel) is not null;
            bool IsToDo(CrashEntry entry) => isAgain || !entry.IsDone || (hasKernel && entry.LacksKernel);
            IReadOnlyList<CrashEntry> entries = Read(directory, reports);
            bool isWork = !parsed.GetValue(list) && entries.Any(IsToDo);
            using CrashLock? held = isWork ? CrashLock.TryTake(reports) : null;
            if (isWork && held is null)
            {
                if (!parsed.GetValue(quiet))
                {
                    terminal.Error.WriteLine(
                        $"leakstat: another leakstat core is at work in {reports}; nothing is analysed here");
                }
            }
            else if (isWork)
            {
                // Another run may have ended in between.
                entries = Read(directory, reports);
            }

            var analysis = new CrashAnalysis(terminal)
            {
                KernelFolder = parsed.GetValue(kernel),
                IsQuiet = parsed.GetValue(quiet),
                Kgdb = parsed.GetValue(kgdb) switch
                {
                    "none" => null,
                    { } path => path,
                    null => Kgdb.Find(),
                },
            };
            CrashOutcome[] outcomes =
                [.. entries.Select(
                    entry => held is not null && IsToDo(entry)
                        ? Analyse(entry, analysis, terminal)
                        : CrashOutcome.Listed(entry))];
            CrashView[] views = [.. outcomes.Select(outcome => outcome.ToView())];
            if (parsed.GetValue(options.Json))
            {
                CrashJson.Write(directory, views, terminal.JsonOutput);
                terminal.Output.Flush();
            }
            else
            {
                using TextWriter writer = terminal.Writer();
                CrashList.Write(directory, views, parsed.GetValue(quiet), writer);
            }

            return outcomes.Any(outcome => outcome.IsNew && !outcome.HasReport) ? ExitCode.Usage : ExitCode.Done;
        });
        return command;
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
}
