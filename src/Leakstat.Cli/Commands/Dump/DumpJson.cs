using System.Text.Encodings.Web;
using System.Text.Json;
using Leakstat.Dump;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>What the JSON of every subcommand of <c>dump</c> has.</summary>
internal static class DumpJson
{
    /// <summary>Writes an object with its schema, the kernel and the notes around what <paramref name="body"/> writes.</summary>
    public static void Write(Stream output, string schema, KernelDump dump, Action<Utf8JsonWriter> body)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteString("schema", schema);
            WriteKernel(json, dump);
            body(json);
            WriteNotes(json, dump);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>A kernel address as JSON has it: text, because numbers of that size lose digits in many readers.</summary>
    public static void WriteAddress(this Utf8JsonWriter json, string name, ulong address) => json.WriteString(name, $"0x{address:x16}");

    /// <summary>Text of the dump; left out where unknown.</summary>
    public static void WriteText(this Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, PrintableText.ValidUtf16(text));
        }
    }

    private static void WriteKernel(Utf8JsonWriter json, KernelDump dump)
    {
        json.WriteStartObject("kernel");
        json.WriteText("release", dump.Identity.Release);
        if (dump.Identity.OsRelDate > 0)
        {
            json.WriteNumber("osreldate", dump.Identity.OsRelDate);
        }

        json.WriteString("arch", dump.Identity.Architecture);
        json.WriteEndObject();
    }

    private static void WriteNotes(Utf8JsonWriter json, KernelDump dump)
    {
        json.WriteStartArray("notes");
        foreach (DumpNote note in dump.Notes.All)
        {
            json.WriteStringValue(PrintableText.ValidUtf16($"{note.Subject}: {note.Text}"));
        }

        json.WriteEndArray();
    }
}
