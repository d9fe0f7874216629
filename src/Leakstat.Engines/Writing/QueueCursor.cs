using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Leakstat.Engines.Writing;

/// <summary>How far a queue was sent, and what was dropped of it. Kept in a file that is replaced whole.</summary>
/// <param name="Segment">Number of the file that is read.</param>
/// <param name="Offset">Where the next record begins in it.</param>
/// <param name="Dropped">Samples that were dropped, unsent, because the queue was full.</param>
internal readonly record struct QueueCursor(long Segment, long Offset, long Dropped)
{
    private const int MostBytes = 256;

    /// <summary>Reads it; null where there is none, or it is damaged: then everything there is goes again.</summary>
    public static QueueCursor? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] bytes = new byte[MostBytes];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        string[] words = Encoding.ASCII.GetString(bytes, 0, length).Split('\n')[0].Split(' ');
        return words.Length == 4
            && Number(words[0]) is { } segment && Number(words[1]) is { } offset && Number(words[2]) is { } dropped
            && words[3] == Checksum(segment, offset, dropped)
            ? new QueueCursor(segment, offset, dropped)
            : null;
    }

    /// <summary>
    /// Replaces the file. Not forced to disk: after a kill it is whole, and after a loss of power an older one sends a
    /// few samples twice.
    /// </summary>
    public void Write(string path)
    {
        string next = path + ".next";
        File.WriteAllText(
            next,
            string.Create(
                CultureInfo.InvariantCulture, $"{Segment} {Offset} {Dropped} {Checksum(Segment, Offset, Dropped)}\n"));
        File.Move(next, path, overwrite: true);
    }

    private static long? Number(string word) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string Checksum(long segment, long offset, long dropped) => Convert.ToHexStringLower(
        XxHash3.Hash(Encoding.ASCII.GetBytes($"{segment} {offset} {dropped}")));
}
