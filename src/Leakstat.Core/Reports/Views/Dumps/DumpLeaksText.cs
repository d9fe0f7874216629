using System.Globalization;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>The leaks of a dump for a terminal.</summary>
internal static class DumpLeaksText
{
    private const int UsualGroups = 25;
    private const int UsualParts = 2;

    /// <summary>Writes them.</summary>
    public static void Write(DumpLeaksView view, TextWriter writer, TerminalOptions layout)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(layout);
        DumpText.WriteHead(writer, view, layout);
        writer.WriteLine();
        if (view.Leaks.IsEmpty)
        {
            writer.WriteLine(view.Nothing);
        }
        else
        {
            WriteGroups(writer, view, layout);
        }

        if (layout.Detail != Detail.Quiet)
        {
            WriteSamples(writer, view, layout);
            WriteKnown(writer, view, layout);
            WriteScan(writer, view.Scan);
            foreach (string note in view.Scan.Notes)
            {
                DumpText.WriteLine(writer, $"Note: {note}", layout);
            }

            DumpText.WriteProblems(writer, view, layout);
        }
    }

    private static void WriteGroups(TextWriter writer, DumpLeaksView view, TerminalOptions layout)
    {
        writer.WriteLine(
            $"{Display.Count(view.LeakedBlocks, "block", "blocks")} that nothing points to any "
                + $"more, {Display.Bytes(view.LeakedBytes)}");
        if (view.Scan.Earlier is { } earlier && view.BytesPerHour(view.LeakedBytes) is { } all)
        {
            DumpText.WriteLine(
                writer,
                $"All of them were allocated "
                    + $"after {earlier}, {Display.Duration(TimeSpan.FromSeconds(view.Scan.EarlierSeconds))} "
                    + $"before: {Display.Rate(all)}. "
                    + $"{Display.Count(view.Scan.InEarlier, "lost block was", "lost blocks were")} there already.",
                layout);
        }

        writer.WriteLine();
        writer.WriteLine("  kind    name                        size      count       bytes     direct  example");
        int shown = layout.Detail == Detail.Verbose ? int.MaxValue : UsualGroups;
        LeakGroup[][] rows = DumpLeakRows.Of(view.Leaks, eachSize: layout.Detail == Detail.Verbose);
        foreach (LeakGroup[] row in rows.Take(shown))
        {
            WriteRow(writer, row, layout);
            if (view.BytesPerHour(row.Total(g => g.Bytes)) is { } rate)
            {
                writer.WriteLine($"          {Display.Rate(rate)} since the earlier dump");
            }
        }

        if (rows.Length > shown)
        {
            writer.WriteLine($"  {rows.Length - shown} more groups with -v");
        }
    }

    private static void WriteRow(TextWriter writer, LeakGroup[] row, TerminalOptions layout)
    {
        LeakGroup first = row[0];
        DumpText.WriteLine(
            writer,
            $"  {first.Kind.InWords(),-7} {first.Name,-22} {DumpLeakRows.Size(row),9} "
                + $"{Display.Count(row.Total(g => g.Count)),10} {Display.Bytes(row.Total(g => g.Bytes)),11} "
                + $"{Display.Count(row.Total(g => g.Direct)),10}  0x{first.Addresses[0]:x16}",
            layout);
        if (DumpLeakRows.Bounds(row) is { } bounds && layout.Detail != Detail.Quiet)
        {
            DumpText.WriteLine(writer, $"          {bounds}; each size with -v", layout);
        }

        if (first.Live is { } live && layout.Detail != Detail.Quiet)
        {
            DumpText.WriteLine(
                writer,
                FormattableString.Invariant(
                    $"          {(live.IsProved ? "leak" : "suspect")}, confidence {live.Confidence:0.####}"),
                layout);
        }

        WriteEvidence(writer, first, layout);
    }

    private static void WriteEvidence(TextWriter writer, LeakGroup group, TerminalOptions layout)
    {
        if (layout.Detail == Detail.Quiet)
        {
            return;
        }

        foreach (LeakHolder holder in group.Holders.Take(UsualParts))
        {
            DumpText.WriteLine(
                writer, $"          {Display.Count(holder.Count)} indirect: only lost blocks of {holder.Name} lead to "
                    + "them", layout);
        }

        foreach (TypeCandidate candidate in group.Candidates)
        {
            string module = candidate.Module is { } file ? $" ({file})" : "";
            DumpText.WriteLine(
                writer,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"          may be {candidate.Type}{module}, confidence {candidate.Confidence:0.00}: "
                        + $"{candidate.Why}"),
                layout);
        }

        foreach (
            ContentGroup content in group.Contents.Take(layout.Detail == Detail.Verbose ? int.MaxValue : UsualParts))
        {
            DumpText.WriteLine(
                writer, $"          {Display.Count(content.Count)} with [{content.Words}], such as "
                    + $"0x{content.Example:x16}", layout);
            if (!content.Stack.IsEmpty)
            {
                DumpText.WriteLine(writer, $"            allocated at {string.Join(" < ", content.Stack)}", layout);
            }
        }
    }

    private static void WriteSamples(TextWriter writer, DumpLeaksView view, TerminalOptions layout)
    {
        foreach (LeakGroup group in view.Leaks)
        {
            foreach (ulong address in group.Addresses.Take(view.Samples))
            {
                writer.WriteLine();
                DumpText.WriteLine(writer, $"{group.Name} 0x{address:x16}", layout);
                foreach (string line in view.ContentsOf(address))
                {
                    DumpText.WriteLine(writer, "  " + line, layout);
                }
            }
        }
    }

    private static void WriteKnown(TextWriter writer, DumpLeaksView view, TerminalOptions layout)
    {
        if (!view.Known.IsEmpty)
        {
            writer.WriteLine();
            writer.WriteLine("Not reached for a known cause, and not counted above:");
            foreach (LeakGroup group in view.Known)
            {
                DumpText.WriteLine(
                    writer, $"  {group.Name}: {Display.Count(group.Count)}: {group.Cause!.Cause} "
                        + $"({group.Cause.Source})", layout);
            }
        }

        if (view.Scan.InBaseline > 0)
        {
            writer.WriteLine();
            writer.WriteLine(
                $"{Display.Count(view.Scan.InBaseline, "block is", "blocks are")} unreached in the baseline too, and "
                    + "not counted above.");
        }
    }

    private static void WriteScan(TextWriter writer, LeakScan scan)
    {
        string unreadable = scan.ZonesUnreadable > 0
            ? $"; slabs of {Display.Count(scan.ZonesUnreadable, "zone", "zones")} are not all in the dump" : "";
        writer.WriteLine();
        writer.WriteLine(
            $"Walked   {Display.Count(scan.ZonesWalked)} zones, {Display.Count(scan.Objects)} allocated "
                + $"blocks{unreadable}");
        writer.WriteLine(
            $"Read     {Display.Bytes(scan.Bytes)}, {Display.Count(scan.Words)} "
                + $"words; {Display.Bytes(scan.RootBytes)} from {Display.Count(scan.Roots)} roots");
        writer.WriteLine(
            $"Found    {Display.Count(scan.Candidates)} words with a kernel address, {Display.Count(scan.Hits)} in a "
                + $"block; {Display.Count(scan.Reached)} blocks reached");
        writer.WriteLine(FormattableString.Invariant(
            $"Took     {scan.Seconds:0.00} s, {Display.Bytes(scan.ExtraBytes)} of memory for the marks"));
    }
}
