using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE whatis ADDR</c>: what an address is.</summary>
internal static class DumpWhatisCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        Argument<string> address = DumpAddress.Argument();
        var command = new Command("whatis", "what an address is: symbol, zone, item and its state, stack, page")
        {
            address,
        };
        command.SetAction(parsed =>
        {
            ulong wanted = DumpAddress.Read(parsed, address);
            using KernelDump? dump = options.Open(parsed);
            if (dump is null)
            {
                return ExitCode.Done;
            }

            DumpAddressView view = LeakViews.Address(dump, wanted);
            ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(view, stream), view.Write);
            return ExitCode.Done;
        });
        return command;
    }
}

/// <summary>An address on the command line.</summary>
internal static class DumpAddress
{
    /// <summary>The argument.</summary>
    public static Argument<string> Argument() => new("ADDR") { Description = "a kernel address in hex" };

    /// <summary>The address; fails with code 2 where it is none.</summary>
    public static ulong Read(ParseResult parsed, Argument<string> argument)
    {
        string text = parsed.GetValue(argument)!;
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        return ulong.TryParse(
            digits, System.Globalization.NumberStyles.AllowHexSpecifier, provider: null, out ulong address)
            ? address
            : throw new CommandException(ExitCode.Usage, $"'{text}' is no address: hexadecimal, as 0xfffff80003a41c00");
    }
}
