using System.Globalization;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Dump;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Unwinding;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Crashes;

namespace Leakstat.Cli.Cores;

/// <summary>Makes the report of one crash from what there is of it.</summary>
internal sealed class CrashAnalysis(Terminal terminal)
{
    private readonly CrashFindings _findings = new(terminal);

    /// <summary>Folder of the kernel; null to look for it.</summary>
    public string? KernelFolder { get; init; }

    /// <summary>Path of kgdb; null to do without.</summary>
    public string? Kgdb { get; init; }

    /// <summary>Whether progress is not wanted.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>
    /// Analyses the crash. Whatever cannot be read is a problem in the report; the rest is still in it.
    /// </summary>
    public CrashOutcome Run(CrashEntry entry)
    {
        var report = new CrashText();
        CrashOutcome outcome = new() { Entry = entry, IsNew = true, Info = CrashInfo.Read(entry) };
        WriteHead(report, outcome);
        if (entry.Dump is { } dump)
        {
            outcome = ReadDump(report, outcome, dump);
        }
        else if (entry.Of(CrashFileKind.Encrypted) is { } encrypted)
        {
            outcome = With(
                outcome,
                $"{encrypted.Name} is encrypted; decryptcore(8) and the private key make a dump of it that "
                    + "can be read");
        }
        else if (entry.Of(CrashFileKind.TextDump) is { } text)
        {
            outcome = With(outcome, $"{text.Name} is the debugger's text dump: there is no memory in it");
        }

        if (entry.Of(CrashFileKind.Summary) is { } summary)
        {
            outcome = _findings.OfSummary(report, outcome, summary);
        }

        if (outcome.Problems.Count > 0)
        {
            report.Section("Not done");
            foreach (string problem in outcome.Problems)
            {
                report.Line(problem);
            }
        }

        return outcome with { Text = report.ToString() };
    }

    private static CrashOutcome With(CrashOutcome outcome, string problem) =>
        outcome with { Problems = [.. outcome.Problems, problem] };

    private static void WriteHead(CrashText report, CrashOutcome outcome)
    {
        report.Line(
            string.Create(CultureInfo.InvariantCulture, $"leakstat {Tool.Version}: crash {outcome.Entry.Number}"));
        report.Field("files", string.Join(", ", outcome.Entry.Files.Select(file => file.Name)));
        report.Field("host", outcome.Info.GetValueOrDefault("Hostname"));
        report.Field("dumped", outcome.Info.GetValueOrDefault("Dumptime"));
        report.Field("version", outcome.Info.GetValueOrDefault("Version String"));
        report.Field("panic", outcome.Info.GetValueOrDefault("Panic String"));
        report.Field("status", outcome.Info.GetValueOrDefault("Dump Status"));
    }

    private CrashOutcome ReadDump(CrashText report, CrashOutcome outcome, CrashFile file)
    {
        KernelDump? opened = Open(file, outcome.Info.GetValueOrDefault("Version String"), out string? problem,
            out bool lacksKernel, out bool isDump);
        if (opened is null)
        {
            if (lacksKernel)
            {
                report.Line(CrashText.NoKernel);
            }

            return With(outcome with { IsDump = isDump }, problem ?? $"{file.Name} cannot be opened");
        }

        using KernelDump dump = opened;
        if (!outcome.Info.ContainsKey("Panic String"))
        {
            report.Field("version", dump.Identity.Version);
            report.Field("panic", dump.Identity.Panic);
        }

        report.Field("kernel", dump.KernelPath);
        outcome = WriteBacktrace(report, outcome, dump, file);
        LeakReport leaks = LostSearch.Run(dump, terminal, IsQuiet);
        outcome = _findings.OfDump(report, outcome, dump, file, leaks);
        CrashLeaks.Write(report, LeakViews.Leaks(dump, leaks, seconds: 0));
        return outcome;
    }

    private KernelDump? Open(CrashFile file, string? version, out string? problem, out bool lacksKernel,
        out bool isDump)
    {
        problem = null;
        lacksKernel = true;
        isDump = true;
        IReadOnlyList<string> folders = KernelFolder is { } given ? [given] : KernelSearch.Folders(version);
        if (folders.Count == 0)
        {
            problem = $"{file.Name}: no kernel below /boot is the one of this dump "
                + $"({version ?? "of an unknown version"}); say with --kernel where it is";
        }

        foreach (string folder in folders)
        {
            try
            {
                var options = new DumpOptions { KernelDirectory = folder, Zstd = new Zstandard().Decompress };
                if (KernelDump.Open(file.Path, options, out DumpFault? fault) is { } dump)
                {
                    return dump;
                }

                problem = fault?.ToString();
                isDump = fault?.Kind != DumpFaultKind.NotADump;
                if (fault?.Kind is not (DumpFaultKind.WrongKernel or DumpFaultKind.NoKernel))
                {
                    lacksKernel = false;
                    break;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problem = $"{file.Name}: {FaultText.Of(e)}";
                lacksKernel = false;
                break;
            }
        }

        return null;
    }

    /// <summary>By kgdb where it is installed and can read the file; else from the dump itself.</summary>
    private CrashOutcome WriteBacktrace(CrashText report, CrashOutcome outcome, KernelDump dump, CrashFile file)
    {
        IReadOnlyList<string>? frames = null;
        string by = "kgdb";
        bool isPacked = file.Name.EndsWith(".gz", StringComparison.Ordinal)
            || file.Name.EndsWith(".zst", StringComparison.Ordinal);
        if (Kgdb is { } program && !isPacked)
        {
            frames = Cores.Kgdb.Backtrace(program, dump.KernelPath, file.Path, out string? problem);
            if (problem is not null)
            {
                outcome = With(outcome, problem);
            }
        }

        PanicThread thread = StackUnwinder.OfPanic(dump);
        if (frames is null)
        {
            by = "from the dump itself";
            frames = [.. thread.Frames.Select(
                (frame, i) => string.Create(CultureInfo.InvariantCulture, $"#{i,-2} {frame}"))];
            if (thread.Problem is { } problem)
            {
                outcome = With(outcome, $"backtrace: {problem}");
            }
        }

        if (frames.Count > 0)
        {
            string who = thread.ThreadId is { } id
                ? string.Create(CultureInfo.InvariantCulture, $"thread {id}")
                    + (thread.Process is { Length: > 0 } process ? $" of {process}" : "")
                    + (thread.ProcessId is { } pid ? string.Create(CultureInfo.InvariantCulture, $" (pid {pid})") : "")
                : "the thread that panicked";
            report.Section($"Backtrace of {who}, {by}");
            foreach (string frame in frames)
            {
                report.Line(frame);
            }
        }

        return outcome with { Backtrace = frames };
    }
}
