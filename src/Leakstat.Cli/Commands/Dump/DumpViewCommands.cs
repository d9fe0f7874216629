using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>Subcommands of <c>dump</c> that print one view of it: a row each.</summary>
internal sealed class DumpViewCommands(DumpCommandOptions options, Terminal terminal)
{
    private const int MostReferences = 200;

    /// <summary>The summary, which is what is printed where no subcommand is given too.</summary>
    public Command Summary() => Make(
        "summary", "what the dump is, and what took its memory (what is printed where no subcommand is given)",
        DumpViews.Summary);

    /// <summary>What <c>vmstat -z -M</c> would print, checked against the slabs.</summary>
    public Command Zones() => Make(
        "zones",
        "UMA zones as vmstat -z prints them, and where the kernel's counters disagree with what its slabs hold",
        dump => dump.Heap.Zones.Count > 0 ? DumpViews.Zones(dump) : throw Unreadable(dump, "no zones"));

    /// <summary>What <c>vmstat -m -M</c> would print.</summary>
    public Command Types() => Make(
        "types", "malloc(9) types as vmstat -m prints them, with the file that declares each with -v",
        dump => dump.MallocTypes.Count > 0 ? DumpViews.Types(dump) : throw Unreadable(dump, "no malloc types"));

    /// <summary>What <c>dmesg -M</c> would print; evidence of a diagnosis names its lines.</summary>
    public Command Messages() => Make(
        "messages", "the kernel's message buffer as dmesg prints it",
        dump => dump.Messages is { Length: > 0 }
            ? DumpViews.Messages(dump)
            : throw new CommandException(
                ExitCode.NoInput, $"{dump.File.Path}: the message buffer is not in the dump"));

    /// <summary>What an address is.</summary>
    public Command Whatis() => Make(
        "whatis", "what an address is: symbol, zone, item and its state, stack, page", LeakViews.Address);

    /// <summary>Who points to a block, and how it is reached from a root.</summary>
    public Command References() => Make(
        "refs", "who points to the block at an address, and a way to it from a root",
        (dump, address) => LeakViews.References(dump, address, MostReferences)
            ?? throw new CommandException(
                ExitCode.NoInput, $"0x{address:x16} lies in no allocation that is known: see whatis"));

    /// <summary>Opens the dump and prints a view of it.</summary>
    public int Print(ParseResult parsed, Func<KernelDump, DumpView> view)
    {
        using KernelDump? dump = options.Open(parsed);
        if (dump is not null)
        {
            DumpView made = view(dump);
            ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(made, stream), made.Write);
        }

        return ExitCode.Done;
    }

    private Command Make(string name, string description, Func<KernelDump, DumpView> view)
    {
        var command = new Command(name, description);
        command.SetAction(parsed => Print(parsed, view));
        return command;
    }

    private Command Make(string name, string description, Func<KernelDump, ulong, DumpView> view)
    {
        var address = new Argument<string>("ADDR") { Description = "a kernel address in hex" };
        var command = new Command(name, description) { address };
        command.SetAction(parsed =>
        {
            ulong wanted = AddressOf(parsed.GetValue(address)!);
            return Print(parsed, dump => view(dump, wanted));
        });
        return command;
    }

    /// <summary>The address; fails with code 2 where it is none.</summary>
    private static ulong AddressOf(string text)
    {
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        return ulong.TryParse(
            digits, System.Globalization.NumberStyles.AllowHexSpecifier, provider: null, out ulong address)
            ? address
            : throw new CommandException(ExitCode.Usage, $"'{text}' is no address: hexadecimal, as 0xfffff80003a41c00");
    }

    private static CommandException Unreadable(KernelDump dump, string what) =>
        new(ExitCode.NoInput, $"{dump.File.Path}: {what} can be read: {dump.Problems.Last}");
}
