using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Scrub;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;
using Leakstat.Platform;
using Leakstat.Tracing;
using Leakstat.Tracing.Reading;
using ZstdSharp;

namespace Leakstat.Fuzz.Guided.Targets;

/// <summary>Transcripts, archives, captures' own files, scrubbing, and what dtrace printed.</summary>
internal static class SourceTargets
{
    private static readonly string[] s_archives =
    [
        .. ((string[])[
            "ArchiveReader", "ArchiveLook", "ArchiveContainer", "ArchiveWalks", "TarGuardStream", "BudgetStream",
        ]).Select(type => "Leakstat.Captures.Sources." + type),
    ];

    private static readonly string[] s_packed =
    [
        .. ((string[])["FileLoader", "ContentSniffer", "BudgetStream", "ChecksumStream", "ArchiveReader"])
            .Select(type => "Leakstat.Captures.Sources." + type),
        "Leakstat.Platform.Zstandard",
    ];

    private static readonly ReadLimits s_limits = ReadLimits.Default with
    {
        ArchiveBytes = 64 << 20,
        FileBytes = 8 << 20,
    };

    /// <summary>The targets.</summary>
    public static IEnumerable<GuidedTarget> All(SeedTexts texts)
    {
        yield return new GuidedTarget(
            "transcript", ["Leakstat.Captures.Transcripts."], () => Transcripts(texts), ReadSource);
        yield return new GuidedTarget("tar", s_archives, () => Tars(texts), ReadArchive) { MostBytes = 8 << 10 };
        yield return new GuidedTarget("zip", s_archives, () => Zips(texts), ReadArchive)
        {
            MostBytes = 8 << 10,
            Without = ["TarGuard"],
        };
        yield return new GuidedTarget(
            "gzip", s_packed, () => Tars(texts).Concat(Plain(texts)),
            (bytes, report) => ReadPacked(Damaged(Gzip(bytes), bytes), report))
        {
            MostBytes = 8 << 10,
        };
        yield return new GuidedTarget(
            "zstd", s_packed, () => Tars(texts).Concat(Plain(texts)),
            (bytes, report) => ReadPacked(Damaged(Zstd(bytes), bytes), report))
        {
            MostBytes = 8 << 10,
        };
        yield return new GuidedTarget(
            "tar-in-gzip", s_archives, () => Tars(texts), (bytes, report) => ReadArchive(Gzip(bytes), report))
        {
            MostBytes = 8 << 10,
        };
        yield return new GuidedTarget(
            "manifest", ["Leakstat.Captures.Sources.CaptureManifest"], () => Named(texts, "manifest.json"),
            (bytes, report) => ReadManifest(bytes, texts, report));
        yield return new GuidedTarget(
            "scrub",
            [
                "Leakstat.Captures.Scrub.TextScrubber", "Leakstat.Captures.Scrub.ManifestScrub",
                "Leakstat.Captures.Secrets.LineScrubber", "Leakstat.Captures.Secrets.NameLearner",
                "Leakstat.Captures.Secrets.DocumentScrub", "Leakstat.Captures.Secrets.WordMask",
                "Leakstat.Captures.Secrets.KernelTableScrub",
            ],
            () => Transcripts(texts).Concat(Plain(texts)).Concat(Documents(texts)), Scrub)
        {
            MostBytes = 2048,
        };
        yield return new GuidedTarget(
            "trace", ["Leakstat.Tracing.Reading."], () => Traces(texts), ReadTrace);
    }

    private static bool ReadSource(byte[] bytes, Action<string> report) =>
        Read(new MemorySource("input", bytes), report);

    /// <summary>Past the header of an archive is where something in it is read, or a problem in it is told.</summary>
    private static bool ReadArchive(byte[] bytes, Action<string> report)
    {
        var set = SourceSet.Open([new MemorySource("input", bytes)], new NamePool(), s_limits, new Zstandard());
        Check(set.Problems, report);
        bool isInside = !set.Hosts.IsEmpty || set.Problems.Any(p => p.At.File.Path.Length > "input".Length);
        foreach (Capture capture in set.Hosts.SelectMany(host => host.Captures()))
        {
            Check(capture.Diagnostics, report);
        }

        return isInside;
    }

    /// <summary>Past the header of what is packed is where bytes come out of it.</summary>
    private static bool ReadPacked(byte[] bytes, Action<string> report)
    {
        FileContent content = FileLoader.Load(
            new MemoryStream(bytes, writable: false),
            s_limits.FileBytes,
            new ReadContext(new NamePool(), s_limits, new Zstandard()));
        _ = ReadArchive(bytes, report);
        return content.Outer != ContentKind.Text && !content.Bytes.IsEmpty;
    }

    /// <summary>
    /// What is packed with one byte changed, or cut there, in half of the cases, as the last bytes of the input say: a
    /// change of what is packed most often ends the reading at once, so that most must be left whole.
    /// </summary>
    private static byte[] Damaged(byte[] packed, byte[] input)
    {
        if (input.Length < 5 || (input[^1] & 1) == 0)
        {
            return packed;
        }

        // In the header as often as anywhere.
        int reach = (input[^1] & 2) == 0 ? packed.Length : Math.Min(24, packed.Length);
        int place = ((input[^4] << 8) + input[^3]) % reach;
        if ((input[^1] & 12) == 12)
        {
            return packed[..place];
        }

        packed[place] ^= input[^2];
        return packed;
    }

    private static bool ReadManifest(byte[] bytes, SeedTexts texts, Action<string> report)
    {
        byte[] zones = texts.Files.First(f => f.Name == "uptime.txt").Bytes;
        Capture capture = CaptureAssembly.Read(
            "capture", [("manifest.json", bytes), ("uptime.txt", zones)], new NamePool(), s_limits);
        Check(capture.Diagnostics, report);
        return capture.TakenAt is not null || capture.Host.Name is not null;
    }

    private static bool Read(MemorySource source, Action<string> report)
    {
        var set = SourceSet.Open([source], new NamePool(), s_limits, new Zstandard());
        Check(set.Problems, report);
        int captures = 0;
        foreach (Capture capture in set.Hosts.SelectMany(host => host.Captures()))
        {
            captures++;
            Check(capture.Diagnostics, report);
        }

        return captures > 0;
    }

    private static void Check(IEnumerable<Diagnostic> diagnostics, Action<string> report)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (diagnostic.At.File is null || diagnostic.At.Line < 0
                || !diagnostic.Id.StartsWith("LSD", StringComparison.Ordinal))
            {
                report($"a diagnostic without a place: {diagnostic.Id}");
            }
        }
    }

    private static bool Scrub(byte[] bytes, Action<string> report)
    {
        var options = new ScrubOptions { KeepsUnknown = bytes.Length % 2 == 1 };
        var scrubber = new Scrubber(s_limits, new Zstandard(), options);
        int files = scrubber.Files(new MemorySource("caps", [new MemorySource("input.txt", bytes)])).Count();
        Check(scrubber.Problems, report);
        return files > 0;
    }

    private static bool ReadTrace(byte[] bytes, Action<string> report)
    {
        var whole = Trace(bytes, bytes.Length);
        var pieces = Trace(bytes, 7);
        if ((whole.Allocations, whole.Releases, whole.Sites.Length, whole.SkippedLines, whole.IsRecognised)
            != (pieces.Allocations, pieces.Releases, pieces.Sites.Length, pieces.SkippedLines, pieces.IsRecognised))
        {
            report("a text that comes in pieces is read otherwise than at once");
        }

        Check(whole.Diagnostics, report);
        return whole.IsRecognised;
    }

    private static Trace Trace(byte[] bytes, int piece)
    {
        var reader = new TraceReader("input");
        for (int at = 0; at < bytes.Length; at += piece)
        {
            reader.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        return reader.Finish();
    }

    private static IEnumerable<byte[]> Traces(SeedTexts texts) =>
        texts.Files.Where(f => f.Name.StartsWith("dtmalloc", StringComparison.Ordinal)
            || f.Name.StartsWith("pair-stream", StringComparison.Ordinal))
            .SelectMany(f => SeedTexts.Pieces(f.Bytes, 3000))
            .Concat(texts.InTests.Where(t => t.AsSpan().IndexOf("`"u8) >= 0 || t.AsSpan().IndexOf("dtrace"u8) >= 0
                || t.AsSpan().IndexOf("leakstat-trace"u8) >= 0 || t.AsSpan().IndexOf("aggregation"u8) >= 0
                || t.StartsWith("A 0x"u8) || t.StartsWith("#leakstat"u8)))
            .Take(150);

    private static IEnumerable<byte[]> Transcripts(SeedTexts texts) =>
        texts.Files.Where(f => f.Name.Length > 3 && char.IsAsciiDigit(f.Name[0]))
            .SelectMany(f => SeedTexts.Pieces(f.Bytes, 3000))
            .Concat(texts.InTests.Where(t => t.AsSpan().Count((byte)'\n') > 2)).Take(250);

    private static IEnumerable<byte[]> Plain(SeedTexts texts) =>
        texts.Files.GroupBy(f => f.Name).Select(f => SeedTexts.Pieces(f.First().Bytes, 600).First()).Take(40);

    private static IEnumerable<byte[]> Documents(SeedTexts texts) =>
        texts.Files.Where(f => Path.GetExtension(f.Name) is ".json" or ".xml")
            .Select(f => f.Bytes.Length > 1900 ? f.Bytes[..1900] : f.Bytes);

    private static IEnumerable<byte[]> Named(SeedTexts texts, string name) =>
        texts.Files.Where(f => f.Name == name).Select(f => f.Bytes);

    private static IEnumerable<(string Path, byte[] Bytes)[]> Trees(SeedTexts texts)
    {
        byte[] First(string name) => SeedTexts.Pieces(Named(texts, name).First(), 300).First();
        byte[] manifest = First("manifest.json");
        yield return [("uptime.txt", First("uptime.txt"))];
        yield return [("c/manifest.json", manifest), ("c/vmstat-z.txt", First("vmstat-z.txt"))];
        yield return [("c1/uptime.txt", First("uptime.txt")), ("c2/vmstat-m.txt", First("vmstat-m.txt"))];
        yield return [("a/b/c/d.txt", First("dmesg.txt")), ("../x", First("uptime.txt"))];
        yield return [("20260101T000000Z/swapinfo.txt", First("swapinfo.txt")), ("readme", "hello\n"u8.ToArray())];
        yield return [("c/uptime.txt.gz", Gzip(First("uptime.txt"))), ("c/e.txt", [])];
        yield return [("paste.txt", [.. "root@fw:~ # uptime\n"u8, .. First("uptime.txt"), .. "# vmstat -z\n"u8])];
        byte[] zip = Zip([("u/uptime.txt", First("uptime.txt"))], CompressionLevel.Fastest);
        yield return [("x.zip", zip), ("y.zst", Zstd(manifest))];
        yield return [("t.tar.gz", Gzip(Tar([("u/uptime.txt", First("uptime.txt"))], TarEntryFormat.Pax)))];
        yield return [("c/inner.tar", Tar([("u/uptime.txt", First("uptime.txt"))], TarEntryFormat.Ustar))];
    }

    private static IEnumerable<byte[]> Tars(SeedTexts texts) => Trees(texts).SelectMany(
        tree => ((TarEntryFormat[])[TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu, TarEntryFormat.V7])
            .Select(form => Tar(tree, form)));

    private static IEnumerable<byte[]> Zips(SeedTexts texts) => Trees(texts).SelectMany(
        tree => ((CompressionLevel[])[CompressionLevel.NoCompression, CompressionLevel.Fastest])
            .Select(level => Zip(tree, level)));

    private static byte[] Tar(IEnumerable<(string Path, byte[] Bytes)> files, TarEntryFormat form)
    {
        using var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, form, leaveOpen: true))
        {
            foreach ((string path, byte[] bytes) in files)
            {
                TarEntry entry = form switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, path),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, path),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, path),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, path),
                };
                entry.ModificationTime = DateTimeOffset.UnixEpoch;
                entry.DataStream = new MemoryStream(bytes);
                tar.WriteEntry(entry);
            }
        }

        return packed.ToArray();
    }

    private static byte[] Zip((string Path, byte[] Bytes)[] files, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            foreach ((string path, byte[] bytes) in files)
            {
                ZipArchiveEntry place = zip.CreateEntry(path, level);
                place.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream entry = place.Open();
                entry.Write(bytes);
            }
        }

        return packed.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Zstd(byte[] bytes)
    {
        using var compressor = new Compressor(1);
        return compressor.Wrap(bytes).ToArray();
    }
}
