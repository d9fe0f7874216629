using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Explanations;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat explain [RULE]</c>, <c>explain zone NAME</c>, <c>explain malloc NAME</c>, <c>explain command NAME</c>.
/// </summary>
internal static class ExplainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var what = new Argument<string[]>("RULE")
        {
            Description = "a rule (LS0101), a problem of the input (LSD101), or: zone NAME, or: malloc NAME, or: "
                + "command NAME; nothing lists all rules",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "RULE",
        };
        what.CompletionSources.Add(_ => RuleRegistry.All.Select(r => r.Id).Order(StringComparer.Ordinal)
            .Concat(DiagnosticPage.Ids).Concat(["zone", "malloc", "command"]).Select(word => new CompletionItem(word)));
        var command = new Command(
            "explain", "what a rule, a problem of the input, a zone or a malloc type means, and what to do")
        {
            what,
        };
        command.SetAction(parsed => Run(parsed.GetValue(what) ?? [], terminal));
        return command;
    }

    private static int Run(string[] what, Terminal terminal)
    {
        bool found = false;
        Pager.Write(terminal, output =>
        {
            using var writer = new PrintableWriter(
                new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
                {
                    NewLine = "\n",
                }, keepsLines: true);
            found = Print(what, terminal, writer);
        });
        return found ? ExitCode.Done : ExitCode.Usage;
    }

    private static bool Print(string[] what, Terminal terminal, TextWriter writer) => what switch
    {
        [] => List(writer),
        ["zone", .. { Length: > 0 } name] => Explain.Zone(string.Join(' ', name), BuiltInKnowledge.Load(), writer),
        ["malloc", .. { Length: > 0 } name] => Explain.Malloc(
            string.Join(' ', name), BuiltInKnowledge.Load(), writer),
        ["command", .. { Length: > 0 } name] => Explain.Command(string.Join(' ', name), writer),
        [var rule] => Explain.Rule(
            rule,
            writer,
            terminal.IsTerminal ? new TerminalOptions
            {
                Width = Math.Min(terminal.Width, 100),
                Ascii = !terminal.HasUnicode,
            } : null),
        _ => throw new CommandException(
            ExitCode.Usage,
            $"'{string.Join(' ', what)}' is neither a rule nor a name; usage: leakstat explain [RULE | zone NAME "
                + "| malloc NAME | command NAME]"),
    };

    private static bool List(TextWriter writer)
    {
        Explain.List(writer);
        return true;
    }
}
