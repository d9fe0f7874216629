using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Memory;
using Leakstat.Cli.Options;
using Leakstat.Dump;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE --kernel DIR …</c>: what a kernel dump says.</summary>
internal static class DumpCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new DumpCommandOptions(terminal);
        var views = new DumpViewCommands(options, terminal);
        var command = new Command("dump", "read a kernel crash dump: zones, malloc types, and what was lost")
        {
            options.Dump, options.Common.Kernel, options.Common.Json, options.Common.NoColor, options.Common.Color,
                options.Common.Quiet, options.Common.Verbose,
            views.Summary(),
            views.Zones(),
            views.Types(),
            DumpLeaksCommand.Create(options, terminal),
            views.Messages(),
            views.Whatis(),
            views.References(),
        };
        options.Live.AddTo(command);
        command.SetAction(parsed => views.Print(parsed, DumpViews.Summary));
        return command;
    }
}

/// <summary>What every subcommand of <c>dump</c> has: the dump, its kernel, and how to report.</summary>
internal sealed class DumpCommandOptions(Terminal terminal)
{
    /// <summary>The dump.</summary>
    public Argument<string> Dump { get; } = MakeDump();

    /// <summary>Options of all reports; they may stand behind the subcommand too.</summary>
    public CommonOptions Common { get; } = MakeCommon();

    /// <summary>Options for a running host in place of a dump.</summary>
    public LiveDumpOptions Live { get; } = new();

    /// <summary>
    /// Opens the dump that was named, or reads a running host once; fails with code 3 where a dump cannot be read,
    /// with 4 where a host cannot. Null where only the cost was asked for.
    /// </summary>
    public KernelDump? Open(ParseResult parsed)
    {
        string path = parsed.GetValue(Dump)!;
        if (!LiveTarget.IsLive(path))
        {
            return Open(parsed, path);
        }

        using LiveDump live = Connect(parsed);
        return live.Passes > 0 || live.ReadPass() ? live.Open(live.Passes - 1) : null;
    }

    /// <summary>Connects to the running host that was named.</summary>
    public LiveDump Connect(ParseResult parsed)
    {
        string text = parsed.GetValue(Dump)!;
        LiveTarget target = LiveTarget.Parse(text, out string? problem)
            ?? throw new CommandException(ExitCode.Usage, $"'{text}': {problem}");
        return LiveDump.Connect(
            Live.Of(parsed, target), parsed.GetValue(Common.Kernel), terminal, parsed.GetValue(Common.Quiet));
    }

    /// <summary>Opens another dump of the same kernel; fails with code 3 where that cannot be.</summary>
    public KernelDump Open(ParseResult parsed, string path, int? pass = null) =>
        DumpOpening.Open(path, parsed.GetValue(Common.Kernel), pass);

    private static Argument<string> MakeDump()
    {
        var dump = new Argument<string>("VMCORE")
        {
            Description = "vmcore.N, as it is or compressed, livecore.N, an ELF dump, the image of a dump partition, a "
                + "snapshot, or a running host: local, ssh://[user@]host[:port]",
        };
        dump.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => t.Value.Length > 1 && t.Value[0] == '-') is { } option)
            {
                result.AddError($"unrecognized option '{option.Value}'");
            }
        });
        return dump;
    }

    private static CommonOptions MakeCommon()
    {
        var common = new CommonOptions();
        common.Kernel.Recursive = true;
        common.Json.Recursive = true;
        common.NoColor.Recursive = true;
        common.Color.Recursive = true;
        common.Quiet.Recursive = true;
        common.Verbose.Recursive = true;
        return common;
    }
}
