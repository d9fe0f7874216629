using System.CommandLine;
using Leakstat.Captures;
using Leakstat.Captures.Scrub;
using Leakstat.Captures.Secrets;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Hosting.Files;
using Leakstat.Cli.Options;
using Leakstat.Model;

namespace Leakstat.Cli.Commands;

/// <summary><c>leakstat scrub SOURCE -o OUT</c>: a capture that can be shared.</summary>
internal static class ScrubCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var source =
            new Argument<string>("SOURCE")
            {
                Description = "capture, archive, transcript, crash summary, spool, or - "
                + "for standard input"
            };
        var output = new Option<string>("--output", "-o")
        {
            Description = "folder to make, or archive where it ends in .tar.gz; must not be there yet",
            HelpName = "OUT",
            Required = true,
        };
        var keep = new Option<bool>("--keep-unknown")
        {
            Description = "keep texts that no diagnosis reads, too, with every word masked that is not FreeBSD's own",
        };
        var review = new Option<bool>("--review")
        {
            Description = "print what was kept that looks like a name, for you to judge",
        };
        var common = new CommonOptions();
        var command = new Command(
            "scrub",
            "rewrite a capture so that it can be shared: names, addresses, serial numbers replaced, the diagnosis "
                + "the same")
        {
            source, output, keep, review, common.Quiet, common.Verbose,
        };
        common.Quiet.Description = "no list of what was replaced";
        common.Verbose.Description = "also print what stands for what: for your eyes only";
        command.SetAction(parsed => Run(
            parsed.GetValue(source)!,
            parsed.GetValue(output)!,
            new ScrubOptions { KeepsUnknown = parsed.GetValue(keep) },
            parsed.GetValue(review),
            parsed.GetValue(common.Quiet),
            parsed.GetValue(common.Verbose),
            terminal));
        return command;
    }

    private static int Run(
        string source, string output, ScrubOptions options, bool review, bool quiet, bool verbose, Terminal terminal)
    {
        if (Path.Exists(output) || new FileInfo(output).LinkTarget is not null)
        {
            throw new CommandException(
                ExitCode.Usage, $"{output} is there already; scrub never overwrites, name a new one");
        }

        ISourceNode node = source == "-"
            ? FileSystemSource.FromStream("capture.txt", terminal.Input(), ReadLimits.Default.FileBytes)
            : FileSystemSource.TryOpen(source)
                ?? throw new CommandException(ExitCode.NoInput, $"{source}: {FileSystemSource.WhyNot(source)}");
        if (node.IsFolder && IsWithin(output, source))
        {
            throw new CommandException(ExitCode.Usage, $"{output} lies within {source}; name a place outside of it");
        }

        var scrubber = new Scrubber(ReadLimits.Default, new Zstandard(), options);
        int written = ScrubOutput.Write(output, scrubber.Files(node));
        foreach (Diagnostic problem in scrubber.Problems)
        {
            terminal.Error.WriteLine($"leakstat: {problem.At}: {problem.Text}");
        }

        if (written == 0)
        {
            throw new CommandException(
                ExitCode.NoInput,
                $"{source}: nothing in it is output of a command that leakstat reads; nothing was written");
        }

        if (!quiet)
        {
            Report(scrubber, written, output, verbose, terminal.Error);
        }

        if (review)
        {
            Review(scrubber, terminal.Error);
        }

        return ExitCode.Done;
    }

    /// <summary>What only a person can judge.</summary>
    private static void Review(Scrubber scrubber, TextWriter error)
    {
        string[] kept = [.. scrubber.Kept];
        error.WriteLine(kept.Length == 0
            ? "Kept: no name but FreeBSD's own."
            : $"Kept, because the diagnosis is about them: {Display.Count(kept.Length, "name", "names")} of zones, "
                + "types and modules that are not FreeBSD's own");
        foreach (string name in kept)
        {
            error.WriteLine($"  kept      {name}");
        }
    }

    private static void Report(Scrubber scrubber, int written, string output, bool verbose, TextWriter error)
    {
        error.WriteLine($"leakstat: {Display.Count(written, "file", "files")} written to {output}");
        foreach ((SecretKind kind, int count) in scrubber.Counts)
        {
            (string one, string many) = SecretKinds.Words(kind);
            error.WriteLine($"  replaced  {Display.Count(count, one, many)}");
        }

        if (scrubber.Removed > 0)
        {
            error.WriteLine($"  taken out {Display.Count(scrubber.Removed, "text", "texts")} (secret values, prose)");
        }

        foreach (IGrouping<string, ScrubbedPath> left in scrubber.Paths.Where(p => p.Reason is not null).GroupBy(
            p => p.Reason!))
        {
            string[] sources = [.. left.Select(p => p.Source)];
            string shown = Display.SomeAndCount(sources, verbose ? int.MaxValue : 3);
            error.WriteLine($"  left out  {shown}: {left.Key}");
        }

        if (verbose)
        {
            foreach ((SecretKind kind, string original, string name) in scrubber.Map)
            {
                error.WriteLine($"  {SecretKinds.Words(kind).One}: {original} -> {name}");
            }
        }

        error.WriteLine(
            "Read it before you share it, and what --review prints: what is of FreeBSD's own words may still tell "
                + "something.");
    }

    private static bool IsWithin(string path, string folder)
    {
        string around = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
        return Path.GetFullPath(path).StartsWith(around, StringComparison.Ordinal);
    }
}
