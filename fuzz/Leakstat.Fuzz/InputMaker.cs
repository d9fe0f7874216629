using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Leakstat.Captures.Sources;

namespace Leakstat.Fuzz;

/// <summary>Makes one input: a mutated output, a folder or series of such, a transcript, an archive.</summary>
public static class InputMaker
{
    private static readonly string[] s_prompts =
        ["root@fw:~ # ", "$ ", "# ", "[root@fw ~]# ", "fw% ", "> root@fw:/ # ", "=== ", ""];

    private static readonly string[] s_fronts = ["", "", "", "> ", ">> > ", "    ", "\t", "&gt; ", "[code]"];

    /// <summary>The input of that number in a run of that seed: always the same.</summary>
    public static ISourceNode Make(Corpus corpus, ulong seed, long number)
    {
        var random = SeededRandom.ForInput(seed, number);
        return random.Below(20) switch
        {
            < 10 => File("input", corpus, random),
            < 13 => Folder("caps/a", corpus, random),
            < 14 => new MemorySource("caps", [Folder("1", corpus, random), Folder("2", corpus, random), Folder("10", corpus, random)]),
            < 17 => new MemorySource("input", Mutate(Transcript(corpus, random), corpus, random, chance: 60)),
            _ => new MemorySource("input", Mutate(Archive(corpus, random), corpus, random, chance: 60)),
        };
    }

    private static MemorySource File(string? name, Corpus corpus, SeededRandom random)
    {
        (string own, byte[] bytes) = Piece(corpus, random);
        return new MemorySource(name ?? own, Mutate(bytes, corpus, random, chance: 95));
    }

    private static MemorySource Folder(string name, Corpus corpus, SeededRandom random) =>
        new(name, [.. Enumerable.Range(0, 1 + random.Below(4)).Select(_ => File(null, corpus, random))]);

    /// <summary>Part of a seed, mostly a small one: small inputs find the same faults sooner.</summary>
    private static (string Name, byte[] Bytes) Piece(Corpus corpus, SeededRandom random)
    {
        (string name, byte[] bytes) = corpus.Seeds[random.Below(corpus.Seeds.Count)];
        int most = random.Below(100) switch
        {
            < 75 => 1024,
            < 97 => 8192,
            _ => 128 << 10,
        };
        if (bytes.Length <= most)
        {
            return (name, bytes);
        }

        int start = random.Percent(50) ? 0 : random.Below(bytes.Length - most);
        return (name, bytes[start..(start + most)]);
    }

    private static byte[] Mutate(byte[] bytes, Corpus corpus, SeededRandom random, int chance) =>
        random.Percent(chance) ? Mutator.Mutate(bytes, corpus.Seeds[random.Below(corpus.Seeds.Count)].Bytes, random) : bytes;

    private static byte[] Transcript(Corpus corpus, SeededRandom random)
    {
        var text = new MemoryStream();
        string front = s_fronts[random.Below(s_fronts.Length)];
        string prompt = s_prompts[random.Below(s_prompts.Length)];
        for (int i = random.Below(4); i >= 0; i--)
        {
            (string name, byte[] bytes) = Piece(corpus, random);
            string command = Path.GetFileNameWithoutExtension(name).Replace("-", " -", StringComparison.Ordinal);
            text.Write(Encoding.UTF8.GetBytes($"{front}{prompt}{command}\n"));
            text.Write(Encoding.UTF8.GetBytes(front + Encoding.Latin1.GetString(bytes).Replace("\n", "\n" + front, StringComparison.Ordinal) + "\n"));
            if (random.Percent(30))
            {
                text.Write("\nand then I looked at\n\n"u8);
            }
        }

        return text.ToArray();
    }

    private static byte[] Archive(Corpus corpus, SeededRandom random)
    {
        (string Path, byte[] Bytes)[] files =
        [
            .. Enumerable.Range(0, 1 + random.Below(4)).Select(_ =>
            {
                (string name, byte[] bytes) = Piece(corpus, random);
                return ($"c{random.Below(3)}/{name}", Mutate(bytes, corpus, random, chance: 50));
            }),
        ];
        using var packed = new MemoryStream();
        if (random.Percent(40))
        {
            using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach ((string path, byte[] bytes) in files)
                {
                    ZipArchiveEntry place = zip.CreateEntry(path);
                    place.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
                    using Stream entry = place.Open();
                    entry.Write(bytes);
                }
            }

            return packed.ToArray();
        }

        bool isPacked = random.Percent(50);
        using (Stream target = isPacked ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new BufferedStream(packed))
        {
            using (var tar = new TarWriter(target, random.Percent(50) ? TarEntryFormat.Ustar : TarEntryFormat.Pax, leaveOpen: true))
            {
                foreach ((string path, byte[] bytes) in files)
                {
                    TarEntry entry = tar.Format == TarEntryFormat.Ustar
                        ? new UstarTarEntry(TarEntryType.RegularFile, path)
                        : new PaxTarEntry(TarEntryType.RegularFile, path);
                    entry.ModificationTime = DateTimeOffset.UnixEpoch;
                    entry.DataStream = new MemoryStream(bytes);
                    tar.WriteEntry(entry);
                }
            }

            target.Flush();
            return packed.ToArray();
        }
    }
}
