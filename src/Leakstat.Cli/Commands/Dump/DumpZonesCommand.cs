using System.CommandLine;
using System.Text.Json;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Dump.Walking;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE zones</c>: what <c>vmstat -z -M</c> would print, held against the slabs.</summary>
internal static class DumpZonesCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        var command = new Command("zones", "UMA zones as vmstat -z prints them, and where the kernel's counters disagree with what its slabs hold");
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, DumpCommandOptions options, Terminal terminal)
    {
        using KernelDump dump = options.Open(parsed);
        if (dump.Heap.Zones.Count == 0)
        {
            throw new CommandException(ExitCode.NoInput, $"{dump.File.Path}: no zones can be read: {dump.Notes.Last}");
        }

        ReportOutput.Print(
            parsed,
            options.Common,
            terminal,
            stream => DumpJson.Write(stream, "leakstat.dumpzones/1", dump, json => WriteJson(json, dump)),
            (writer, layout) => WriteText(writer, dump, layout));
        return ExitCode.Done;
    }

    private static void WriteText(TextWriter writer, KernelDump dump, TerminalOptions layout)
    {
        foreach (string line in KernelTables.Zones(dump.Heap))
        {
            DumpText.WriteLine(writer, line, layout);
        }

        IReadOnlyList<Disagreement> disagreements = HeapCheck.Disagreements(dump.Heap);
        if (disagreements.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("Counters that disagree with what was counted in the dump:");
            foreach (Disagreement one in disagreements)
            {
                DumpText.WriteLine(
                    writer,
                    $"  {one.Name}: {one.What}: the kernel counts {Display.Count(one.Counted)}, there are {Display.Count(one.Walked)}",
                    layout);
            }
        }

        long unreadable = dump.Heap.Counts.Total(c => (long)c.UnreadableSlabs);
        if (unreadable > 0 && layout.Detail != Detail.Quiet)
        {
            writer.WriteLine();
            string names = string.Join(", ", dump.Heap.Kegs.Where(k => dump.Heap.Counts[k.Index].UnreadableSlabs > 0).Select(k => k.Name).Take(12));
            DumpText.WriteLine(writer, $"{Display.Count(unreadable, "slab is", "slabs are")} not in the dump (their items are not counted above): {names}", layout);
        }

        DumpText.WriteNotes(writer, dump, layout);
    }

    private static void WriteJson(Utf8JsonWriter json, KernelDump dump)
    {
        KernelHeap heap = dump.Heap;
        json.WriteStartArray("zones");
        foreach (Zone zone in heap.Zones)
        {
            json.WriteStartObject();
            json.WriteText("name", zone.Name);
            json.WriteAddress("address", zone.Address);
            json.WriteNumber("size", zone.Size);
            json.WriteNumber("limit", zone.Limit);
            json.WriteNumber("used", zone.Used);
            json.WriteNumber("free", KernelTables.Free(heap, zone));
            json.WriteNumber("requests", zone.Allocations);
            json.WriteNumber("failures", zone.Failures);
            json.WriteNumber("sleeps", zone.Sleeps);
            if (zone.CrossDomain is { } cross)
            {
                json.WriteNumber("crossDomain", cross);
            }

            json.WriteNumber("cached", zone.Cached);
            if (zone.Keg is { } number)
            {
                Keg keg = heap.Kegs[number];
                KegCount count = heap.Counts[number];
                json.WriteStartObject("keg");
                json.WriteText("name", keg.Name);
                json.WriteNumber("stride", keg.Stride);
                json.WriteNumber("pagesPerSlab", keg.PagesPerSlab);
                json.WriteNumber("itemsPerSlab", keg.ItemsPerSlab);
                json.WriteNumber("pages", count.Pages);
                json.WriteNumber("slabs", count.Slabs);
                json.WriteNumber("unreadableSlabs", count.UnreadableSlabs);
                json.WriteNumber("freeInSlabs", count.FreeInSlabs);
                json.WriteNumber("allocated", count.NotInSlabs - count.Cached);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("disagreements");
        foreach (Disagreement one in HeapCheck.Disagreements(heap))
        {
            json.WriteStartObject();
            json.WriteText("name", one.Name);
            json.WriteString("what", one.What);
            json.WriteNumber("counted", one.Counted);
            json.WriteNumber("walked", one.Walked);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
