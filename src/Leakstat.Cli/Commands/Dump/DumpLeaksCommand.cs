using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Memory;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Model;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE leaks</c>: what nothing points to any more.</summary>
internal static class DumpLeaksCommand
{
    private const long BaselineBytes = 256 << 20;

    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        Option<int?> sample = BoundedNumber.Option(
            "--sample", "print the contents of this many blocks of each group", 0, 1000);
        var baseline = new Option<string?>("--baseline")
        {
            Description = "leave out what was unreached in a healthy dump of the same kernel too",
            HelpName = "FILE",
        };
        var since = new Option<string?>("--since")
        {
            Description = "only what was allocated after an earlier dump of the same boot, with its rate",
            HelpName = "VMCORE",
        };
        var write = new Option<string?>("--write-baseline")
        {
            Description = "write what is unreached here as a baseline",
            HelpName = "FILE",
        };
        Option<int?> threads = BoundedNumber.Option(
            "--threads", "threads that mark (default: one for each processor, at most 16)", 1, 256);
        var command = new Command(
            "leaks", "what nothing points to any more: lost memory by zone, bucket and size, with evidence")
        {
            options.Common.Html, sample, baseline, since, write, threads,
        };
        command.SetAction(parsed =>
        {
            using var search = new LiveLeaks(terminal, parsed.GetValue(options.Common.Quiet), parsed.GetValue(threads));
            KernelDump? dump = Open(parsed, options, search);
            if (dump is null)
            {
                return ExitCode.Done;
            }

            LeakBaseline? healthy = parsed.GetValue(baseline) is { } path ? ReadBaseline(path, dump) : null;
            using KernelDump? earlier = parsed.GetValue(since) is { } first ? options.Open(parsed, first) : null;
            EarlierDump? before = earlier is null ? null : Earlier(earlier, dump);
            long start = TimeProvider.System.GetTimestamp();
            LeakReport report = search.Count > 0
                ? search.Report(healthy, before)
                : LostSearch.Run(
                    dump, terminal, parsed.GetValue(options.Common.Quiet), parsed.GetValue(threads), healthy, before);
            double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            if (parsed.GetValue(write) is { } written)
            {
                ReportFile.Write(written, terminal, LeakSearch.Baseline(dump, report).Write);
            }

            string? page = parsed.GetValue(options.Common.Html);
            DumpLeaksView view = LeakViews.Leaks(
                dump, report, seconds, parsed.GetValue(sample) ?? 0, isPage: page is not null);
            if (page is not null)
            {
                ReportFile.Write(page, terminal, stream => DumpLeaksHtml.Write(view, stream));
            }

            ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(view, stream), view.Write);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>
    /// Opens the dump; of a running host, and of a snapshot that was read several times, all readings are compared.
    /// Null where only the cost was asked for.
    /// </summary>
    private static KernelDump? Open(ParseResult parsed, DumpCommandOptions options, LiveLeaks search)
    {
        string path = parsed.GetValue(options.Dump)!;
        if (LiveTarget.IsLive(path))
        {
            using LiveDump live = options.Connect(parsed);
            return search.Read(live) ? search.Last : null;
        }

        KernelDump dump = options.Open(parsed, path);
        search.Hold(dump);
        for (int pass = 0; dump.File.Passes > 1 && pass < dump.File.Passes; pass++)
        {
            search.Add(options.Open(parsed, path, pass));
        }

        return dump.File.Passes > 1 ? search.Last : dump;
    }

    private static EarlierDump Earlier(KernelDump earlier, KernelDump dump) =>
        EarlierDump.Of(earlier, dump, out string? problem)
            ?? throw new CommandException(ExitCode.NoInput, $"{earlier.File.Path}: {problem}");

    private static LeakBaseline ReadBaseline(string path, KernelDump dump)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > BaselineBytes)
            {
                throw new CommandException(
                    ExitCode.NoInput, $"{path}: is no baseline: it is larger than {BaselineBytes >> 20} MiB");
            }

            bytes = OpenedFile.ReadAll(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: {FaultText.Of(e)}");
        }

        LeakBaseline baseline = LeakBaseline.Read(bytes, out string? problem)
            ?? throw new CommandException(ExitCode.NoInput, $"{path}: {problem}");
        return baseline.Kernel == dump.Identity.Version.Trim()
            ? baseline
            : throw new CommandException(
                ExitCode.NoInput, $"{path}: is of another kernel: {baseline.Kernel.ReplaceLineEndings(" ")}");
    }
}
