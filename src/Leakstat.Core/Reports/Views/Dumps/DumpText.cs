using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>What the text of every report of a dump has.</summary>
internal static class DumpText
{
    private const int UsualProblems = 8;

    /// <summary>One line that says which kernel and when, and one with the panic.</summary>
    public static void WriteHead(TextWriter writer, DumpView view, TerminalOptions layout)
    {
        WriteLine(writer, string.Join(", ", Who(view)), layout);
        if (view.PanicText is { Length: > 0 } panic)
        {
            WriteLine(writer, $"panic: {panic.ReplaceLineEndings(" ")}", layout);
        }
    }

    /// <summary>Host, kernel and time.</summary>
    public static string[] Who(DumpView view) =>
    [
        view.HostName ?? "host of unknown name",
        view.Kernel.Release is { } release ? $"FreeBSD {release} {view.Kernel.Arch}" : view.Kernel.Arch,
        view.TakenAt is { } time ? Display.Time(time) : "time unknown",
    ];

    /// <summary>What could not be read; a few where not all is asked for.</summary>
    public static void WriteProblems(TextWriter writer, DumpView view, TerminalOptions layout)
    {
        IReadOnlyList<string> notes = view.Notes;
        if (notes.Count == 0 || layout.Detail == Detail.Quiet)
        {
            return;
        }

        int shown = layout.Detail == Detail.Verbose || notes.Count <= UsualProblems + 1 ? notes.Count : UsualProblems;
        writer.WriteLine();
        WriteLine(writer, "What could not be read, or is not as it should be:", layout);
        foreach (string note in notes.Take(shown))
        {
            WriteLine(writer, $"  {note}", layout);
        }

        if (shown < notes.Count)
        {
            writer.WriteLine($"  {notes.Count - shown} more with -v");
        }

        if (view.ProblemsDropped > 0)
        {
            writer.WriteLine($"  and {Display.Count(view.ProblemsDropped)} that were not kept");
        }
    }

    /// <summary>A line whose text comes from the dump: made printable.</summary>
    public static void WriteLine(TextWriter writer, string text, TerminalOptions layout) =>
        writer.WriteLine(PrintableText.Of(text, layout.Ascii));
}
