using System.IO.Compression;

namespace Leakstat.Fuzz.Guided.Loop;

/// <summary>Inputs that reached something new, from which others are made.</summary>
public sealed class GuidedCorpus
{
    private const int Most = 6000;

    private readonly List<byte[]> _all = [];
    private readonly List<byte[]> _past = [];
    private readonly List<byte[]> _deep = [];
    private readonly List<byte[]> _deepPast = [];

    /// <summary>The inputs, in the order that they were found.</summary>
    public IReadOnlyList<byte[]> All => _all;

    /// <summary>Adds an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="isDeep">Whether it reached an edge of the reader that none had reached before.</param>
    /// <param name="isPast">Whether it got past the reader's first header.</param>
    public void Add(byte[] input, bool isDeep, bool isPast)
    {
        if (_all.Count >= Most && !isDeep)
        {
            return;
        }

        _all.Add(input);
        if (isPast)
        {
            _past.Add(input);
        }

        if (isDeep)
        {
            (isPast ? _deepPast : _deep).Add(input);
        }
    }

    /// <summary>
    /// An input to go on from: mostly one that got past the first header, often one that found new edges, and of those
    /// often a late one, for they are the hardest to come to; of two the smaller one in half of the cases.
    /// </summary>
    public byte[] Pick(SeededRandom random)
    {
        int group = random.Below(100);
        List<byte[]> from = group < 50 && _deepPast.Count > 0 ? _deepPast
            : group < 80 && _past.Count > 0 ? _past
            : group < 90 && _deep.Count > 0 ? _deep
            : _all;
        int first = random.Percent(40) ? from.Count * 3 / 4 : 0;
        byte[] one = from[first + random.Below(from.Count - first)];
        byte[] other = from[first + random.Below(from.Count - first)];
        return random.Percent(50) && other.Length < one.Length ? other : one;
    }

    /// <summary>The inputs that an archive of a target holds; none where it has none.</summary>
    public static IEnumerable<byte[]> Load(string file)
    {
        if (!File.Exists(file))
        {
            yield break;
        }

        using ZipArchive archive = ZipFile.OpenRead(file);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using var bytes = new MemoryStream();
            using (Stream stream = entry.Open())
            {
                stream.CopyTo(bytes);
            }

            yield return bytes.ToArray();
        }
    }

    /// <summary>Writes inputs to an archive, the same bytes for the same inputs.</summary>
    public static void Save(string file, IReadOnlyList<byte[]> inputs)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using FileStream stream = File.Create(file);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        for (int i = 0; i < inputs.Count; i++)
        {
            ZipArchiveEntry entry = archive.CreateEntry($"{i:d3}", CompressionLevel.SmallestSize);
            entry.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream content = entry.Open();
            content.Write(inputs[i]);
        }
    }
}
