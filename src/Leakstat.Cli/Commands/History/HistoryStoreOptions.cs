using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;

namespace Leakstat.Cli.Commands.History;

/// <summary>
/// What all subcommands of <c>history</c> have: the store, and how to report. They may stand before the subcommand too.
/// </summary>
internal sealed class HistoryStoreOptions
{
    private readonly CommonOptions _common = new();

    /// <summary>Takes the options.</summary>
    public HistoryStoreOptions()
    {
        Store.Recursive = true;
        Json.Recursive = true;
        Quiet.Recursive = true;
        Verbose.Recursive = true;
    }

    /// <summary>What is loaded where no subcommand is named.</summary>
    public Argument<string[]> Sources => _common.SourcesOrStore;

    /// <summary>The store.</summary>
    public Option<string?> Store { get; } = new("--store", "--db")
    {
        Description = "the store, one file; made by the first load",
        HelpName = "FILE",
    };

    /// <summary>Machine output.</summary>
    public Option<bool> Json => _common.Json;

    /// <summary>Less.</summary>
    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "say nothing but what went wrong" };

    /// <summary>More.</summary>
    public Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "say each time when captures are stored",
    };

    /// <summary>Prints what a subcommand did or found on standard output, as JSON or as text.</summary>
    public void Print(ParseResult parsed, Terminal terminal, Action<Stream> json, Action<TextWriter> text) =>
        ReportOutput.Print(parsed, _common, terminal, json, (writer, _) => text(writer));

    /// <inheritdoc cref="Print"/>
    /// <remarks>With <c>--quiet</c> only JSON.</remarks>
    public void PrintUnlessQuiet(ParseResult parsed, Terminal terminal, Action<Stream> json, Action<TextWriter> text)
    {
        if (parsed.GetValue(Json) || !parsed.GetValue(Quiet))
        {
            Print(parsed, terminal, json, text);
        }
    }

    /// <summary>Refuses a command line without a store.</summary>
    public static void RequireStore(Command command, HistoryStoreOptions options) => command.Validators.Add(result =>
    {
        if (!command.Arguments.Contains(options.Sources) && result.GetResult(options.Sources) is { Tokens.Count: > 0 })
        {
            result.AddError($"'{command.Name}' after a source: a source of that name is written ./{command.Name}");
        }
        else if (result.GetValue(options.Store) is null)
        {
            result.AddError("--store FILE is needed: the store to load into or to read");
        }
    });
}
