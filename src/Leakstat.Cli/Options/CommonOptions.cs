using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;

namespace Leakstat.Cli.Options;

/// <summary>The options that every command which reports has, made once and shared.</summary>
internal sealed class CommonOptions
{
    /// <summary>Machine output.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "print JSON on standard output, and nothing else there",
    };

    /// <summary>HTML page.</summary>
    public Option<string?> Html { get; } = new("--html")
    {
        Description = "write a self-contained HTML page",
        HelpName = "FILE",
    };

    /// <summary>SARIF log.</summary>
    public Option<string?> Sarif { get; } = new("--sarif")
    {
        Description = "write a SARIF 2.1.0 log",
        HelpName = "FILE",
    };

    /// <summary>Problem report.</summary>
    public Option<string?> BugReport { get; } = new("--bugreport")
    {
        Description = "write a plain-text report for a FreeBSD problem report",
        HelpName = "FILE",
    };

    /// <summary>Severity that makes the exit code 1.</summary>
    public Option<string?> FailOn { get; } = Choice(
        "--fail-on", "exit with 1 when a finding is at least this severe", "info", "warning", "critical");

    /// <summary>Whether an open verdict makes the exit code 5.</summary>
    public Option<bool> FailOnUnknown { get; } = new("--fail-on-unknown")
    {
        Description = "exit with 5 when it cannot be told, or not yet, whether anything is wrong",
    };

    /// <summary>No colour.</summary>
    public Option<bool> NoColor { get; } = new("--no-color") { Description = "no colour (NO_COLOR is honoured too)" };

    /// <summary>When there is colour.</summary>
    public Option<string?> Color { get; } = Choice("--color", "colour: auto (on a terminal), always, or never",
        "auto", "always", "never");

    /// <summary>Whether a report has colour.</summary>
    public bool IsColored(ParseResult parsed, Terminal terminal) => !parsed.GetValue(NoColor)
        && (parsed.GetValue(Color) ?? "auto") is var color
        && (color == "always" || (color == "auto" && terminal.HasColor));

    /// <summary>Less.</summary>
    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "verdict and titles only" };

    /// <summary>More.</summary>
    public Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "all evidence, all problems of the input, all files",
    };

    /// <summary>User's table of owners.</summary>
    public Option<string?> Owners { get; } = new("--owners")
    {
        Description = "table of further zones and malloc types (CSV, columns as the built-in one)",
        HelpName = "FILE",
    };

    /// <summary>User's signatures.</summary>
    public Option<string?> Signatures { get; } = new("--signatures")
    {
        Description = "further signatures of known bugs (JSON, as the built-in ones)",
        HelpName = "FILE",
    };

    /// <summary>History store.</summary>
    public Option<string?> Store { get; } = new("--store", "--db")
    {
        Description = "read a history store instead (leakstat history)",
        HelpName = "FILE",
    };

    /// <summary>One host of several.</summary>
    public Option<string?> Host { get; } = new("--host")
    {
        Description = "look at this host alone; else at all of them, the worst first",
        HelpName = "NAME",
    };

    /// <summary>Kernel of crash dumps.</summary>
    public Option<string?> Kernel { get; } = new("--kernel")
    {
        Description = $"folder with the kernel of a crash dump and its modules, or the kernel file (default "
            + $"{Leakstat.Dump.Inputs.DumpOptions.DefaultKernelDirectory})",
        HelpName = "DIR",
    };

    /// <summary>The sources.</summary>
    public Argument<string[]> Sources { get; } = MakeSources(ArgumentArity.OneOrMore);

    /// <summary>The sources of a command that takes a store in their place.</summary>
    public Argument<string[]> SourcesOrStore { get; } = MakeSources(ArgumentArity.ZeroOrMore);

    /// <summary>
    /// The exit code of a report: 1 before 5 before 0, as <c>--fail-on</c> and <c>--fail-on-unknown</c> ask.
    /// </summary>
    public int ExitCodeOf(ParseResult parsed, DiagnosisReport report) =>
        FailOnSeverity(parsed) is { } least && report.Findings.Any(f => f.Severity >= least) ? ExitCode.Found
        : parsed.GetValue(FailOnUnknown)
        && report.Verdict.State is VerdictState.Unknown or VerdictState.TooEarly ? ExitCode.Unknown
        : ExitCode.Done;

    /// <summary>The exit code of several hosts: that of the worst.</summary>
    public int ExitCodeOf(ParseResult parsed, FleetReport fleet) =>
        FailOnSeverity(parsed) is { } least
            && (fleet.Pooled.Any(c => c.Severity >= least)
                || fleet.Hosts.Any(h => h.Findings.Any(f => f.Severity >= least)))
            ? ExitCode.Found
            : parsed.GetValue(FailOnUnknown)
                && fleet.Hosts.Any(h => h.Verdict.State is VerdictState.Unknown or VerdictState.TooEarly)
                ? ExitCode.Unknown
                : ExitCode.Done;

    /// <summary>Reads <c>--fail-on</c>.</summary>
    private Severity? FailOnSeverity(ParseResult parsed) => parsed.GetValue(FailOn) switch
    {
        "info" => Severity.Info,
        "warning" => Severity.Warning,
        "critical" => Severity.Critical,
        _ => null,
    };

    /// <summary>
    /// Adds sources, <c>--store</c> and <c>--host</c> to a command, one of the first two to be given.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="instead">An option that may be given in place of both; null for none.</param>
    public void AddSourcesOrStore(Command command, Option? instead = null)
    {
        command.Add(SourcesOrStore);
        command.Add(Store);
        command.Add(Host);
        command.Validators.Add(result =>
        {
            // An option without its value is told of by itself, and has none to ask for.
            if (result.GetResult(Store) is { Implicit: false, Tokens.Count: 0 })
            {
                return;
            }

            // By what was written, not by its value: asking for a value here would pass over the sources' own check.
            bool hasStore = result.GetResult(Store) is { Implicit: false };
            bool hasSources = result.GetResult(SourcesOrStore) is { Tokens.Count: > 0 };
            if (instead is not null && result.GetResult(instead) is { Implicit: false })
            {
                if (hasStore || hasSources)
                {
                    result.AddError($"sources, --store and {instead.Name} exclude each other");
                }
            }
            else if (hasStore == hasSources)
            {
                result.AddError(
                    hasStore ? "sources and --store exclude each other"
                        : instead is null ? "a SOURCE or --store FILE is needed"
                        : $"a SOURCE, --store FILE or {instead.Name} {instead.HelpName} is needed");
            }
        });
    }

    private static Argument<string[]> MakeSources(ArgumentArity arity)
    {
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = "folder, archive, transcript, crash summary, crash dump, spool of captures, local, "
                + "ssh://user@host, or - for standard input",
            Arity = arity,
        };

        // An option that does not exist would pass for a source that does not.
        sources.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => t.Value.Length > 1 && t.Value[0] == '-') is { } option)
            {
                result.AddError(UnknownOption(option.Value));
            }
        });
        return sources;
    }

    /// <summary>
    /// What is said of an option that does not exist; the command line adds what may have been meant.
    /// </summary>
    public static string UnknownOption(string option) => $"unrecognized option '{option}'";

    private static Option<string?> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', values) };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
