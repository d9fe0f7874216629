using Leakstat.Dump;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>What the text of every subcommand of <c>dump</c> has.</summary>
internal static class DumpText
{
    /// <summary>One line that says which kernel and when.</summary>
    public static void WriteHead(TextWriter writer, KernelDump dump, TerminalOptions layout)
    {
        string[] parts =
        [
            dump.Identity.HostName ?? "host of unknown name",
            dump.Identity.Release is { } release ? $"FreeBSD {release} {dump.Identity.Architecture}" : dump.Identity.Architecture,
            dump.Identity.DumpedAt is { } time ? Display.Time(time) : "time unknown",
        ];
        WriteLine(writer, string.Join(", ", parts), layout);
        if (dump.Identity.Panic is { Length: > 0 } panic)
        {
            WriteLine(writer, $"panic: {panic.ReplaceLineEndings(" ")}", layout);
        }
    }

    /// <summary>What could not be read; a few where not all is asked for.</summary>
    public static void WriteNotes(TextWriter writer, KernelDump dump, TerminalOptions layout)
    {
        IReadOnlyList<DumpNote> notes = dump.Notes.All;
        if (notes.Count == 0 || layout.Detail == Detail.Quiet)
        {
            return;
        }

        const int Most = 8;
        int shown = layout.Detail == Detail.Verbose || notes.Count <= Most + 1 ? notes.Count : Most;
        writer.WriteLine();
        WriteLine(writer, "What could not be read, or is not as it should be:", layout);
        foreach (DumpNote note in notes.Take(shown))
        {
            WriteLine(writer, $"  {note.Subject}: {note.Text}", layout);
        }

        if (shown < notes.Count)
        {
            writer.WriteLine($"  {notes.Count - shown} more with -v");
        }

        if (dump.Notes.Dropped > 0)
        {
            writer.WriteLine($"  and {Display.Count(dump.Notes.Dropped)} that were not kept");
        }
    }

    /// <summary>A line whose text comes from the dump: made printable.</summary>
    public static void WriteLine(TextWriter writer, string text, TerminalOptions layout) =>
        writer.WriteLine(PrintableText.Of(text, layout.Ascii));
}
