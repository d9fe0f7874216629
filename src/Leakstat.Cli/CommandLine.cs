using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Leakstat.Cli.Commands;
using Leakstat.Cli.Commands.Dump;
using Leakstat.Cli.Commands.Gates;
using Leakstat.Cli.Commands.History;
using Leakstat.Cli.Commands.Traces;
using Leakstat.Cli.Commands.Watching;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Engines.Http;
using Leakstat.Store.Errors;

namespace Leakstat.Cli;

/// <summary>The command line: every command in one list, errors and exit codes as the contract has them.</summary>
public static class CommandLine
{
    private const string Reports =
        "Please report it with this text and, if you can, the input: https://github.com/leakstat/leakstat/issues";

    /// <summary>Parses and runs; returns the exit code.</summary>
    public static int Run(string[] args, Terminal terminal)
    {
        // Numbers and dates are written the same everywhere, on every thread, whoever set a culture for this process.
#pragma warning disable RS0030 // The one place where the culture is set.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
#pragma warning restore RS0030
        try
        {
            ParseResult parsed = Build(terminal).Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not FittedHelp)
            {
                return Usage(parsed, terminal);
            }

            using TextWriter output = terminal.Writer();
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = output,
                Error = terminal.Error,
            });
        }
        catch (CommandException failure)
        {
            terminal.Error.WriteLine($"leakstat: {failure.Message}");
            return failure.ExitCode;
        }
        catch (StoreException failure)
        {
            terminal.Error.WriteLine($"leakstat: {failure.Message}");
            return failure.IsOfDisk ? ExitCode.Output : failure.IsOfWriting ? ExitCode.Usage : ExitCode.NoInput;
        }
        catch (EngineException failure)
        {
            terminal.Error.WriteLine($"leakstat: {failure.Message}");
            return ExitCode.Unreachable;
        }
        catch (IOException e) when (e.InnerException is System.Net.Sockets.SocketException
            || StandardOutput.IsClosedPipe(e))
        {
            // The reader of our output went away (head, a closed pager): nothing is wrong.
            return ExitCode.Done;
        }
        catch (IOException e) when (ReportFile.IsOfOutput(e))
        {
            // What is put aside meanwhile needs room as well.
            terminal.Error.WriteLine($"leakstat: a file could not be written: {e.Message}");
            return ExitCode.Output;
        }
#pragma warning disable CA1031 // The last resort: a defect is a short message and code 70, never a bare stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            terminal.Error.WriteLine($"leakstat: internal error: {e.GetType().Name}: {e.Message}");
            string? place = e.StackTrace?.Split('\n').FirstOrDefault()?.Trim();
            if (place is not null)
            {
                terminal.Error.WriteLine($"leakstat: {place}");
            }

            terminal.Error.WriteLine($"leakstat: {Reports}");
            return ExitCode.Defect;
        }
    }

    /// <summary>The commands. A new one is one file in <c>Commands/</c> and one line here.</summary>
    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("Finds, explains and proves kernel memory leaks on FreeBSD.");
        root.Add(DiagnoseCommand.Create(terminal));
        root.Add(DetectCommand.Create(terminal));
        root.Add(FleetCommand.Create(terminal));
        root.Add(HistoryCommand.Create(terminal));
        root.Add(LedgerCommand.Create(terminal));
        root.Add(TuneCommand.Create(terminal));
        root.Add(TraceCommand.Create(terminal));
        root.Add(GateCommand.Create(terminal));
        root.Add(ScrubCommand.Create(terminal));
        root.Add(DumpCommand.Create(terminal));
        root.Add(CoreCommand.Create(terminal));
        root.Add(CollectCommand.Create(terminal));
        root.Add(WatchCommand.Create(terminal));
        root.Add(ServeCommand.Create());
        root.Add(ExplainCommand.Create(terminal));
        root.Add(CompletionCommand.Create(root, terminal));
        root.Options.OfType<HelpOption>().Single().Action = new FittedHelp(
            new HelpAction { MaxWidth = int.MaxValue }, terminal.Width);
        return root;
    }

    /// <summary>One line that says what was wrong, and how it is written.</summary>
    private static int Usage(ParseResult parsed, Terminal terminal)
    {
        string message = Misspelling.Of(parsed) ?? string.Join(
            ' ',
            parsed.Errors[0].Message.Split(
                '\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .TrimEnd('.');
        Command command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "leakstat COMMAND" : Written(command);
        terminal.Error.WriteLine(
            $"leakstat: {message}; usage: {name}{Arguments(command)} [options], see {name} --help");
        return ExitCode.Usage;
    }

    /// <summary>A command as it is written, with what stands before it: <c>leakstat dump VMCORE leaks</c>.</summary>
    private static string Written(Command command) => command.Parents.OfType<Command>().FirstOrDefault() switch
    {
        null or RootCommand => $"leakstat {command.Name}",
        { } above =>
            $"{Written(above)}{string.Concat(NeededArguments(above).Select(a => $" {a.Name}"))} {command.Name}",
    };

    private static IEnumerable<Argument> NeededArguments(Command command) =>
        command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0);

    private static string Arguments(Command command) =>
        string.Concat(command.Arguments.Select(a => $" {a.Name}{(a.Arity.MaximumNumberOfValues > 1 ? "…" : "")}"));
}
