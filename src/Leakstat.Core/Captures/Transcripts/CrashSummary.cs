using System.Text;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Transcripts;

/// <summary>The head of a <c>core.txt.N</c> (<c>usr.sbin/crashinfo/crashinfo.sh</c>).</summary>
internal static class CrashSummary
{
    private const int HeadLines = 40;

    /// <summary>Whether crashinfo(8) wrote the text: its first line says whose core it is.</summary>
    public static bool Is(ReadOnlySpan<byte> text)
    {
        var lines = new LineReader(text, 1, null);
        while (lines.Read())
        {
            if (!Scan.IsEmpty(lines.Line))
            {
                return lines.Line.IndexOf(" dumped core - see "u8) > 0;
            }
        }

        return false;
    }

    /// <summary>The host that dumped core.</summary>
    public static string? Host(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text.TrimStart(" \t\r\n"u8);
        ReadOnlySpan<byte> host = Scan.Word(ref rest);
        return host.Length is > 0 and <= 255 ? Encoding.UTF8.GetString(host) : null;
    }

    /// <summary>The outputs, the panic's message of the head among the kernel's messages where those lack it.</summary>
    public static IReadOnlyList<CommandOutput> WithPanic(
        SourceFile file, ReadOnlyMemory<byte> text, IReadOnlyList<CommandOutput> outputs)
    {
        IFormat? messages = CommandRegistry.Formats.FirstOrDefault(format => format.Command == "dmesg");
        if (messages is null || !TryFindPanic(text.Span, out int start, out int end, out int number))
        {
            return outputs;
        }

        ReadOnlySpan<byte> panic = text.Span[start..end];
        int index = -1;
        for (int i = 0; i < outputs.Count && index < 0; i++)
        {
            index = outputs[i].Format == messages ? i : -1;
        }

        if (index < 0)
        {
            return [.. outputs, new CommandOutput(
                messages, new TextSection(file, text[start..end], number), "dmesg", true)];
        }

        TextSection section = outputs[index].Section;
        if (section.Bytes.Span.IndexOf(panic.TrimEnd("\r\n"u8)) >= 0)
        {
            return outputs;
        }

        List<int> numbers = [number];
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            numbers.Add(lines.Number);
        }

        byte[] joined = [.. panic.TrimEnd("\r\n"u8), .. "\n"u8, .. section.Bytes.Span];
        var together = new TextSection(file, joined, number, [.. numbers], section.IsCut);
        List<CommandOutput> changed = [.. outputs];
        changed[index] = outputs[index] with { Section = together };
        return changed;
    }

    private static bool TryFindPanic(ReadOnlySpan<byte> text, out int start, out int end, out int number)
    {
        var lines = new LineReader(text, 1, null);
        end = 0;
        for (int i = 0; i < HeadLines && lines.Read(); i++)
        {
            start = end;
            end = text.Length - lines.Rest.Length;
            number = lines.Number;
            if (lines.Line.StartsWith("panic: "u8))
            {
                return true;
            }
        }

        (start, number) = (0, 0);
        return false;
    }
}
