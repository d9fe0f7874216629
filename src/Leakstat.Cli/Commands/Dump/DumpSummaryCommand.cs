using System.CommandLine;
using System.Text.Json;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Walking;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE summary</c>: what the dump is, and what took its memory.</summary>
internal static class DumpSummaryCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        var command = new Command("summary", "what the dump is, and what took its memory (what is printed where no subcommand is given)");
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    /// <summary>Runs it.</summary>
    public static int Run(ParseResult parsed, DumpCommandOptions options, Terminal terminal)
    {
        using KernelDump dump = options.Open(parsed);
        ReportOutput.Print(
            parsed,
            options.Common,
            terminal,
            stream => DumpJson.Write(stream, "leakstat.dumpsummary/1", dump, json => WriteJson(json, dump)),
            (writer, layout) => WriteText(writer, dump, layout));
        return ExitCode.Done;
    }

    /// <summary>What the dump comes in, for a person.</summary>
    internal static string Container(DumpFile file) => file.Kind == ContainerKind.Minidump
        ? $"{(file.IsLive ? "live " : "")}minidump, version {file.HeaderVersion}"
        : "ELF dump of all memory";

    private static void WriteText(TextWriter writer, KernelDump dump, TerminalOptions layout)
    {
        DumpText.WriteHead(writer, dump, layout);
        PhysicalMemory physical = dump.Memory.Physical;
        writer.WriteLine();
        Field("kernel", dump.Identity.Version.ReplaceLineEndings(" ").Trim());
        Field("dump", $"{Container(dump.File)}, {Display.Count(physical.PageCount)} pages ({Display.Bytes(physical.Bytes)})");
        Field("layouts", dump.Types.Find("uma_zone")?.Source ?? "not known");
        Field("CPUs", $"{dump.Machine.Cpus}, NUMA domains {dump.Machine.Domains}");
        Field("threads", Display.Count(dump.Threads.Count));
        Field("files", string.Join(", ", dump.Symbols.Files.Select(f => f.Name)));

        KernelHeap heap = dump.Heap;
        writer.WriteLine();
        writer.WriteLine("Kernel memory by keg: pages, items allocated, cached, free in slabs");
        int most = layout.Detail == Detail.Verbose ? int.MaxValue : 12;
        foreach (Keg keg in heap.Kegs.OrderByDescending(k => heap.Counts[k.Index].Pages).ThenBy(k => k.Name, StringComparer.Ordinal).Take(most))
        {
            KegCount count = heap.Counts[keg.Index];
            string unreadable = count.UnreadableSlabs > 0 ? $"  {Display.Count(count.UnreadableSlabs)} slabs not in the dump" : "";
            DumpText.WriteLine(
                writer,
                $"  {keg.Name,-22} {Display.Bytes(count.Pages * physical.PageSize),10} {Display.Count(count.NotInSlabs - count.Cached),12} {Display.Count(count.Cached),10} {Display.Count(count.FreeInSlabs),10}{unreadable}",
                layout);
        }

        long large = heap.Large.Total(l => (long)l.Size);
        writer.WriteLine();
        Field("in slabs", Display.Bytes(heap.Counts.Total(c => c.Pages) * physical.PageSize));
        Field("large", $"{Display.Count(heap.Large.Count, "allocation", "allocations")} of more than 64 KiB or contiguous, {Display.Bytes(large)}");
        Field("malloc", $"{Display.Count(dump.MallocTypes.Count, "type", "types")}, {Display.Bytes(dump.MallocTypes.Total(t => t.BytesInUse))} in use");
        IReadOnlyList<Disagreement> disagreements = HeapCheck.Disagreements(heap);
        Field("counters", disagreements.Count == 0
            ? "all agree with what was counted"
            : $"{Display.Count(disagreements.Count, "disagrees", "disagree")} with what was counted: see zones");
        writer.WriteLine();
        writer.WriteLine("Pages of the dump by owner");
        foreach ((PageOwner owner, int pages) in Owners(dump))
        {
            writer.WriteLine($"  {owner.InWords(),-22} {Display.Bytes((long)pages * physical.PageSize),10}");
        }

        DumpText.WriteNotes(writer, dump, layout);

        void Field(string label, string text) => DumpText.WriteLine(writer, $"{label,-9} {text}", layout);
    }

    private static List<(PageOwner Owner, int Pages)> Owners(KernelDump dump)
    {
        var pages = new int[(int)PageOwner.MessageBuffer + 1];
        foreach (PageOwner owner in dump.PageOwners.Owner)
        {
            pages[(int)owner]++;
        }

        return [.. pages.Select((p, i) => ((PageOwner)i, p)).Where(p => p.p > 0).OrderByDescending(p => p.p)];
    }

    private static void WriteJson(Utf8JsonWriter json, KernelDump dump)
    {
        json.WriteText("version", dump.Identity.Version.Trim());
        json.WriteText("host", dump.Identity.HostName);
        json.WriteText("panic", dump.Identity.Panic);
        if (dump.Identity.DumpedAt is { } time)
        {
            json.WriteString("dumpedAt", Display.ExactTime(time));
        }

        json.WriteStartObject("dump");
        json.WriteString("container", Container(dump.File));
        json.WriteNumber("pages", dump.Memory.Physical.PageCount);
        json.WriteNumber("pageSize", dump.Memory.Physical.PageSize);
        json.WriteNumber("pagesCutOff", dump.Memory.Physical.PagesCutOff);
        json.WriteText("layouts", dump.Types.Find("uma_zone")?.Source);
        json.WriteEndObject();
        json.WriteNumber("cpus", dump.Machine.Cpus);
        json.WriteNumber("domains", dump.Machine.Domains);
        json.WriteNumber("threads", dump.Threads.Count);
        json.WriteStartArray("files");
        foreach (Leakstat.Dump.Target.LoadedFile file in dump.Symbols.Files)
        {
            json.WriteStartObject();
            json.WriteText("name", file.Name);
            json.WriteAddress("address", file.Address);
            json.WriteNumber("size", file.Size);
            json.WriteBoolean("symbols", file.HasFile);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        KernelHeap heap = dump.Heap;
        json.WriteNumber("zones", heap.Zones.Count);
        json.WriteNumber("kegs", heap.Kegs.Count);
        json.WriteNumber("slabs", heap.Slabs.Count);
        json.WriteNumber("items", heap.Slabs.ItemCount);
        json.WriteNumber("allocated", heap.Counts.Total(c => c.NotInSlabs - c.Cached));
        json.WriteNumber("cached", heap.Counts.Total(c => c.Cached));
        json.WriteNumber("unreadableSlabs", heap.Counts.Total(c => (long)c.UnreadableSlabs));
        json.WriteNumber("slabBytes", heap.Counts.Total(c => c.Pages) * dump.Memory.Physical.PageSize);
        json.WriteNumber("largeAllocations", heap.Large.Count);
        json.WriteNumber("largeBytes", heap.Large.Total(l => (long)l.Size));
        json.WriteNumber("mallocTypes", dump.MallocTypes.Count);
        json.WriteNumber("mallocBytes", dump.MallocTypes.Total(t => t.BytesInUse));
        json.WriteNumber("disagreements", HeapCheck.Disagreements(heap).Count);
        json.WriteStartObject("pageOwners");
        foreach ((PageOwner owner, int pages) in Owners(dump))
        {
            json.WriteNumber(owner.InWords(), (long)pages * dump.Memory.Physical.PageSize);
        }

        json.WriteEndObject();
        json.WriteStartObject("counters");
        foreach (KernelCounter counter in dump.Counters)
        {
            json.WriteNumber(counter.Name, counter.Value);
        }

        json.WriteEndObject();
    }
}
