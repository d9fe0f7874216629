using System.CommandLine;
using Leakstat.Cli.Cores;

namespace Leakstat.Cli.Commands;

/// <summary><c>leakstat core [DIR]</c>: new dumps and crash summaries in the crash directory, each analysed once.</summary>
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
            Description = "folder of the kernel that was running (else the one below /boot whose version fits the dump)",
            HelpName = "DIR",
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "folder for the reports (else beside the dumps)",
            HelpName = "DIR",
        };
        var list = new Option<bool>("--list") { Description = "only list; write nothing" };
        var again = new Option<bool>("--again") { Description = "analyse also what has a report" };
        var kgdb = new Option<string?>("--kgdb")
        {
            Description = "path of kgdb, or none (else the installed one)",
            HelpName = "FILE|none",
        };
        var command = new Command("core", "analyse new dumps and crash summaries in the crash directory, each once")
        {
            folder, kernel, output, list, again, kgdb, options.Json, options.Quiet,
        };
        command.SetAction(parsed =>
        {
            string reports = parsed.GetValue(output) ?? parsed.GetValue(folder)!;
            IReadOnlyList<CrashEntry> entries = Read(parsed.GetValue(folder)!, reports);
            bool onlyList = parsed.GetValue(list);
            bool isQuiet = parsed.GetValue(options.Quiet);
            var analysis = new CrashAnalysis(terminal)
            {
                KernelFolder = parsed.GetValue(kernel),
                Kgdb = parsed.GetValue(kgdb) switch
                {
                    "none" => null,
                    { } path => path,
                    null => Kgdb.Find(),
                },
            };
            List<CrashOutcome> outcomes = [];
            foreach (CrashEntry entry in entries)
            {
                CrashOutcome outcome = onlyList || (entry.IsDone && !parsed.GetValue(again))
                    ? CrashOutcome.Listed(entry)
                    : Analyse(entry, analysis);
                outcomes.Add(outcome);
            }

            if (parsed.GetValue(options.Json))
            {
                CrashJson.Write(parsed.GetValue(folder)!, outcomes, terminal.Output);
                terminal.Output.Flush();
            }
            else
            {
                using TextWriter writer = terminal.Writer();
                CrashList.Write(parsed.GetValue(folder)!, outcomes, isQuiet, writer);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Writes the report last: what stopped half-way is tried again the next time.</summary>
    private static CrashOutcome Analyse(CrashEntry entry, CrashAnalysis analysis)
    {
        CrashOutcome outcome = analysis.Run(entry);
        ReportFile.Write(entry.Report, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            writer.Write(outcome.Text);
        });
        return outcome;
    }

    private static IReadOnlyList<CrashEntry> Read(string folder, string reports)
    {
        try
        {
            return CrashDirectory.Read(folder, reports);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{folder}: {e.Message}");
        }
    }
}
