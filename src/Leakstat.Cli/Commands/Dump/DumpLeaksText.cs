using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>The leaks of a dump for a terminal.</summary>
internal static class DumpLeaksText
{
    private const int MostGroups = 25;

    /// <summary>Writes them.</summary>
    public static void Write(TextWriter writer, KernelDump dump, LeakReport report, double seconds, int sample, TerminalOptions layout)
    {
        DumpText.WriteHead(writer, dump, layout);
        writer.WriteLine();
        if (report.Leaks.Count == 0)
        {
            writer.WriteLine(Nothing(report));
        }
        else
        {
            long blocks = report.Leaks.Sum(l => (long)l.Count);
            writer.WriteLine($"{Display.Count(blocks, "block", "blocks")} that nothing points to any more, {Display.Bytes(report.LeakedBytes)}");
            writer.WriteLine();
            writer.WriteLine("  kind    name                        size      count       bytes      heads  example");
            int shown = layout.Detail == Detail.Verbose ? int.MaxValue : MostGroups;
            LeakGroup[][] rows = DumpLeakRows.Of(report.Leaks, eachSize: layout.Detail == Detail.Verbose);
            foreach (LeakGroup[] row in rows.Take(shown))
            {
                WriteRow(writer, row, layout);
            }

            if (rows.Length > shown)
            {
                writer.WriteLine($"  {rows.Length - shown} more groups with -v");
            }
        }

        if (layout.Detail != Detail.Quiet)
        {
            WriteSamples(writer, dump, report, sample, layout);
            WriteKnown(writer, report, layout);
            WriteCost(writer, report, seconds);
            foreach (string note in report.Notes)
            {
                DumpText.WriteLine(writer, $"Note: {note}", layout);
            }

            DumpText.WriteNotes(writer, dump, layout);
        }
    }

    private static void WriteRow(TextWriter writer, LeakGroup[] row, TerminalOptions layout)
    {
        LeakGroup first = row[0];
        DumpText.WriteLine(
            writer,
            $"  {first.Kind,-7} {first.Name,-22} {DumpLeakRows.Size(row),9} {Display.Count(row.Sum(g => (long)g.Count)),10} {Display.Bytes(row.Total(g => g.Bytes)),11} {Display.Count(row.Sum(g => (long)g.Heads)),10}  0x{first.Addresses[0]:x16}",
            layout);
        if (DumpLeakRows.Bounds(row) is { } bounds && layout.Detail != Detail.Quiet)
        {
            DumpText.WriteLine(writer, $"          {bounds}; each size with -v", layout);
        }

        WriteEvidence(writer, first, layout);
    }

    /// <summary>What is said where nothing was found lost.</summary>
    internal static string Nothing(LeakReport report) => report.Objects == 0
        ? "No allocated block could be read: nothing is known of leaks in this dump."
        : report.IsWhole ? "Everything allocated is reached: no leak."
        : "Of what could be read, everything allocated is reached; there may be leaks in the rest.";

    private static void WriteEvidence(TextWriter writer, LeakGroup group, TerminalOptions layout)
    {
        if (layout.Detail == Detail.Quiet)
        {
            return;
        }

        foreach (HangingBlocks other in group.HangsOn.Take(2))
        {
            DumpText.WriteLine(writer, $"          {Display.Count(other.Count)} hang on lost blocks of {other.Name}", layout);
        }

        foreach (TypeCandidate candidate in group.Candidates)
        {
            string module = candidate.Module is { } file ? $" ({file})" : "";
            DumpText.WriteLine(writer, $"          may be {candidate.Type}{module}, confidence {candidate.Confidence:0.00}: {candidate.Why}", layout);
        }

        foreach (ContentGroup content in group.Contents.Take(layout.Detail == Detail.Verbose ? int.MaxValue : 2))
        {
            DumpText.WriteLine(writer, $"          {Display.Count(content.Count)} with [{content.Content}], such as 0x{content.Example:x16}", layout);
            if (content.Stack is { } stack)
            {
                DumpText.WriteLine(writer, $"            allocated at {string.Join(" < ", stack)}", layout);
            }
        }
    }

    private static void WriteSamples(TextWriter writer, KernelDump dump, LeakReport report, int sample, TerminalOptions layout)
    {
        var samples = new BlockSample(dump, report.Heap);
        foreach (LeakGroup group in sample > 0 ? report.Leaks : [])
        {
            foreach (ulong address in group.Addresses.Take(sample))
            {
                writer.WriteLine();
                DumpText.WriteLine(writer, $"{group.Name} 0x{address:x16}", layout);
                foreach (string line in samples.Lines(address))
                {
                    DumpText.WriteLine(writer, "  " + line, layout);
                }
            }
        }
    }

    private static void WriteKnown(TextWriter writer, LeakReport report, TerminalOptions layout)
    {
        if (report.Known.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("Not reached for a known cause, and not counted above:");
            foreach (LeakGroup group in report.Known)
            {
                DumpText.WriteLine(writer, $"  {group.Name}: {Display.Count(group.Count)}: {group.Cause!.Cause} ({group.Cause.Source})", layout);
            }
        }

        if (report.InBaseline > 0)
        {
            writer.WriteLine();
            writer.WriteLine($"{Display.Count(report.InBaseline, "block is", "blocks are")} unreached in the baseline too, and not counted above.");
        }
    }

    private static void WriteCost(TextWriter writer, LeakReport report, double seconds)
    {
        writer.WriteLine();
        writer.WriteLine($"Walked   {Display.Count(report.ZonesWalked)} zones, {Display.Count(report.Objects)} allocated blocks{(report.ZonesUnreadable > 0 ? $"; slabs of {Display.Count(report.ZonesUnreadable, "zone", "zones")} are not all in the dump" : "")}");
        writer.WriteLine($"Read     {Display.Bytes(report.Counts.Bytes)}, {Display.Count(report.Counts.Words)} words; {Display.Bytes(report.Counts.RootBytes)} from {Display.Count(report.Roots)} roots");
        writer.WriteLine($"Found    {Display.Count(report.Counts.Candidates)} words with a kernel address, {Display.Count(report.Counts.Hits)} in a block; {Display.Count(report.Counts.Reached)} blocks reached");
        writer.WriteLine($"Took     {seconds:0.00} s, {Display.Bytes(report.Counts.ExtraBytes + report.Heap.Input.Blocks.Bytes)} of memory for the marks");
    }
}
