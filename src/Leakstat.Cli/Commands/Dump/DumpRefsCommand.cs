using System.CommandLine;
using System.Text.Json;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Target;
using Leakstat.Dump.Walking;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE refs ADDR</c>: who points to a block, and how it is reached from a root.</summary>
internal static class DumpRefsCommand
{
    private const int Most = 200;

    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        Argument<string> address = DumpAddress.Argument();
        var command = new Command("refs", "who points to the block at an address, and a way to it from a root") { address };
        command.SetAction(parsed =>
        {
            ulong wanted = DumpAddress.Read(parsed, address);
            using KernelDump dump = options.Open(parsed);
            HeapBlocks heap = HeapBlocks.Make(dump);
            int block = heap.Input.Blocks.Find(wanted);
            if (block < 0)
            {
                throw new CommandException(ExitCode.NoInput, $"0x{wanted:x16} lies in no allocation that is known: see whatis");
            }

            References references = ReferenceSearch.Find(heap.Input, block, Most);
            ReportOutput.Print(
                parsed,
                options.Common,
                terminal,
                stream => DumpJson.Write(stream, "leakstat.dumprefs/1", dump, json => WriteJson(json, dump, heap, references)),
                (writer, layout) => WriteText(writer, dump, heap, references, layout));
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(TextWriter writer, KernelDump dump, HeapBlocks heap, References references, TerminalOptions layout)
    {
        DumpText.WriteLine(writer, $"{Name(heap, references.Block)}: {Display.Count(references.Count, "word points", "words point")} to it", layout);
        int most = layout.Detail == Detail.Verbose ? int.MaxValue : 20;
        foreach (Referrer referrer in references.Referrers.Take(most))
        {
            DumpText.WriteLine(writer, $"  {Holder(dump, heap, referrer)}  → 0x{referrer.Word:x16}{(referrer.IsReached ? "" : "  (itself lost)")}", layout);
        }

        if (references.Count > most)
        {
            writer.WriteLine($"  and {Display.Count(references.Count - Math.Min(most, references.Referrers.Count))} more");
        }

        writer.WriteLine();
        if (references.Path.Count == 0)
        {
            writer.WriteLine(heap.StateOf(references.Block) != ItemState.Allocated ? "It is free: nothing needs to lead to it."
                : heap.Input.Held?[references.Block] == true ? "It is the allocator's own, which finds it without a pointer."
                : "No root leads to it: it is lost.");
        }
        else
        {
            writer.WriteLine("A way to it:");
            DumpText.WriteLine(writer, $"  {RootName(dump, heap, references.Root, references.Path[0].Entered)}", layout);
            foreach (PathStep step in references.Path)
            {
                DumpText.WriteLine(writer, $"  → {Name(heap, step.Block)}{Inside(heap, step)}", layout);
            }
        }

        DumpText.WriteNotes(writer, dump, layout);
    }

    private static void WriteJson(Utf8JsonWriter json, KernelDump dump, HeapBlocks heap, References references)
    {
        json.WriteAddress("block", heap.Input.Blocks.AddressOf(references.Block));
        json.WriteText("name", Name(heap, references.Block));
        json.WriteNumber("count", references.Count);
        json.WriteStartArray("references");
        foreach (Referrer referrer in references.Referrers)
        {
            json.WriteStartObject();
            json.WriteText("from", Holder(dump, heap, referrer));
            json.WriteAddress("to", referrer.Word);
            json.WriteBoolean("reached", referrer.IsReached);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("path");
        if (references.Path.Count > 0)
        {
            json.WriteStringValue(RootName(dump, heap, references.Root, references.Path[0].Entered));
        }

        foreach (PathStep step in references.Path)
        {
            json.WriteStringValue(Name(heap, step.Block) + Inside(heap, step));
        }

        json.WriteEndArray();
    }

    private static string Holder(KernelDump dump, HeapBlocks heap, Referrer referrer) =>
        referrer.Holder >= 0 ? Name(heap, referrer.Holder) : RootName(dump, heap, referrer.Root, referrer.Word);

    /// <summary>A root with the variable that refers to an address, or the place where the word stands.</summary>
    private static string RootName(KernelDump dump, HeapBlocks heap, int root, ulong word)
    {
        if (RootWords.Find(dump, heap.Input, root, word) is not { } at)
        {
            return $"{heap.RootNames[root]} (0x{heap.Input.Roots[root].Address:x16})";
        }

        string variable = dump.Symbols.TryResolve(at, out KernelSymbol symbol)
            ? $", {symbol.Name}{(at == symbol.Address ? "" : $"+0x{at - symbol.Address:x}")}"
            : "";
        return $"{heap.RootNames[root]}{variable} (0x{at:x16})";
    }

    private static string Name(HeapBlocks heap, int block) => $"{heap.KegOf(block)?.Name ?? "large allocation"} 0x{heap.Input.Blocks.AddressOf(block):x16}";

    private static string Inside(HeapBlocks heap, PathStep step) =>
        step.Entered - heap.Input.Blocks.AddressOf(step.Block) is > 0 and var offset && offset < 1UL << 46 ? $", at +0x{offset:x}" : "";
}
