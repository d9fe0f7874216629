using System.CommandLine;
using System.Text.Json;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Dump.Walking;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE types</c>: what <c>vmstat -m -M</c> would print.</summary>
internal static class DumpTypesCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        var command = new Command("types", "malloc(9) types as vmstat -m prints them, with the file that declares each with -v");
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, DumpCommandOptions options, Terminal terminal)
    {
        using KernelDump dump = options.Open(parsed);
        if (dump.MallocTypes.Count == 0)
        {
            throw new CommandException(ExitCode.NoInput, $"{dump.File.Path}: no malloc types can be read: {dump.Notes.Last}");
        }

        ReportOutput.Print(
            parsed,
            options.Common,
            terminal,
            stream => DumpJson.Write(stream, "leakstat.dumptypes/1", dump, json => WriteJson(json, dump)),
            (writer, layout) => WriteText(writer, dump, layout));
        return ExitCode.Done;
    }

    private static void WriteText(TextWriter writer, KernelDump dump, TerminalOptions layout)
    {
        foreach (string line in KernelTables.MallocTypes(dump.MallocTypes, dump.Identity.Major))
        {
            DumpText.WriteLine(writer, line, layout);
        }

        if (layout.Detail == Detail.Verbose)
        {
            writer.WriteLine();
            writer.WriteLine("Declared in:");
            foreach (MallocType type in dump.MallocTypes)
            {
                DumpText.WriteLine(writer, $"  {type.Name}: {type.Module ?? "no loaded file"} (0x{type.Address:x16})", layout);
            }
        }

        DumpText.WriteNotes(writer, dump, layout);
    }

    private static void WriteJson(Utf8JsonWriter json, KernelDump dump)
    {
        json.WriteStartArray("types");
        foreach (MallocType type in dump.MallocTypes)
        {
            json.WriteStartObject();
            json.WriteText("name", type.Name);
            json.WriteAddress("address", type.Address);
            json.WriteText("module", type.Module);
            json.WriteNumber("inUse", type.InUse);
            json.WriteNumber("bytes", type.BytesInUse);
            json.WriteNumber("requests", type.Allocations);
            json.WriteStartArray("sizes");
            foreach (string size in KernelTables.Sizes(type.SizeMask, dump.Identity.Major).Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                json.WriteRawValue(size);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
