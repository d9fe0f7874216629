using System.Collections.Immutable;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;
using Leakstat.Store.Errors;
using Leakstat.Store.Packing;

namespace Leakstat.Store;

/// <summary>
/// The latest capture of a host as the file holds it: its outputs as they stood, so that everything that can be told
/// from the captures can be told from the store, by the same code.
/// </summary>
internal static class KeptCapture
{
    private const byte Form = 1;
    private const int MostBytes = 64 << 20;
    private const int MostName = 1 << 16;

    /// <summary>The capture as bytes; null where it is too large to be kept, or was not read from bytes.</summary>
    public static byte[]? Encode(Capture capture)
    {
        if (capture.Texts.IsEmpty || capture.Texts.Sum(t => (long)t.Bytes.Length) > MostBytes / 2)
        {
            return null;
        }

        List<byte> output = [Form];
        PackedNumber.Text(output, capture.Source);
        PackedNumber.Optional(output, capture.TakenAt?.UtcTicks);
        PackedNumber.Text(output, capture.Host.Name ?? "");
        PackedNumber.Text(output, capture.ContentMark ?? "");
        PackedNumber.Unsigned(output, capture.IsCrashSummary ? 1u : 0);
        PackedNumber.Unsigned(output, (ulong)capture.Files.Length);
        foreach (CaptureFile file in capture.Files)
        {
            PackedNumber.Text(output, file.Name);
            PackedNumber.Text(output, file.Format);
            PackedNumber.Unsigned(output, (ulong)file.Rows);
            PackedNumber.Unsigned(output, (ulong)file.SkippedLines);
            PackedNumber.Unsigned(output, (ulong)file.Use);
        }

        PackedNumber.Unsigned(output, (ulong)capture.Texts.Length);
        foreach (CaptureText text in capture.Texts)
        {
            PackedNumber.Text(output, text.Format);
            PackedNumber.Text(output, text.File.Path);
            PackedNumber.Unsigned(output, text.IsCut ? 1u : 0);
            PackedNumber.Unsigned(output, (ulong)text.FirstLine);
            PackedNumber.Unsigned(output, (ulong)text.LineNumbers.Length);
            int before = 0;
            foreach (int line in text.LineNumbers)
            {
                PackedNumber.Signed(output, line - before);
                before = line;
            }

            PackedNumber.Unsigned(output, (ulong)text.Bytes.Length);
            output.AddRange(text.Bytes.Span);
        }

        return Packed.Pack([.. output]);
    }

    /// <summary>The capture again, read by the formats as they are now.</summary>
    public static Capture Decode(ReadOnlySpan<byte> packed)
    {
        ReadOnlyMemory<byte> plain = Packed.Unpack(packed, MostBytes);
        var reader = new ByteReader(plain.Span);
        if (reader.Byte() != Form)
        {
            throw StoreException.Damaged();
        }

        string source = reader.Text(MostName);
        DateTimeOffset? takenAt = HostRows.Time(reader.Optional());
        string host = reader.Text(MostName);
        string mark = reader.Text(MostName);
        bool isCrashSummary = reader.Count(1) == 1;
        var files = ImmutableArray.CreateBuilder<CaptureFile>();
        for (int left = reader.Count(MostName); left > 0; left--)
        {
            files.Add(new CaptureFile(
                reader.Text(MostName),
                reader.Text(MostName),
                reader.Count(int.MaxValue),
                reader.Count(int.MaxValue),
                (FileUse)reader.Count((int)FileUse.Unknown)));
        }

        List<CaptureText> texts = [];
        for (int left = reader.Count(MostName); left > 0; left--)
        {
            texts.Add(ReadText(ref reader));
        }

        var head = new Capture
        {
            Source = source,
            TakenAt = takenAt,
            Host = new HostIdentity { Name = host.Length > 0 ? host : null },
            ContentMark = mark.Length > 0 ? mark : null,
            IsCrashSummary = isCrashSummary,
            Files = files.ToImmutable(),
        };
        return CaptureAssembly.ReadAgain(head, texts, new NamePool(), ReadLimits.Default);
    }

    private static CaptureText ReadText(ref ByteReader reader)
    {
        string format = reader.Text(MostName);
        string path = reader.Text(MostName);
        bool isCut = reader.Count(1) == 1;
        int firstLine = reader.Count(int.MaxValue);
        var lines = ImmutableArray.CreateBuilder<int>();
        long line = 0;
        for (int left = reader.Count(MostBytes); left > 0; left--)
        {
            line += reader.Signed();
            lines.Add(line is >= 0 and <= int.MaxValue ? (int)line : throw StoreException.Damaged());
        }

        return new CaptureText(
            format, new SourceFile(
                path), reader.Take(reader.Count(MostBytes)).ToArray(), firstLine, lines.ToImmutable(), isCut);
    }
}
