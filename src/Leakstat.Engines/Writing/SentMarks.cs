using System.Globalization;

namespace Leakstat.Engines.Writing;

/// <summary>
/// Up to which time the samples of each host went into a queue, beside it in a file that is replaced whole: the next
/// run goes on from there. Saved after the samples are in the queue; a run that is killed between the two queues some
/// again.
/// </summary>
public sealed class SentMarks
{
    private const int MostBytes = 64 << 20;

    private readonly string _path;
    private readonly SortedDictionary<string, long> _marks = new(StringComparer.Ordinal);

    /// <summary>Reads the marks of a queue; none where there are none. A line that is none is passed over.</summary>
    /// <param name="folder">The folder of the queue.</param>
    /// <exception cref="IOException">They cannot be read.</exception>
    public SentMarks(string folder)
    {
        _path = Path.Combine(folder, "sent");
        if (!File.Exists(_path))
        {
            return;
        }

        if (new FileInfo(_path).Length > MostBytes)
        {
            throw new IOException($"{_path}: larger than such a file can be");
        }

        using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            if (blank > 0
                && long.TryParse(
                    line.AsSpan(0, blank), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long time))
            {
                _marks[Uri.UnescapeDataString(line[(blank + 1)..])] = time;
            }
        }
    }

    /// <summary>
    /// Time of the last sample of a host that was queued, milliseconds since 1970; the least of all where none was.
    /// </summary>
    public long Of(string host) => _marks.GetValueOrDefault(host, long.MinValue);

    /// <summary>Notes that samples of a host are queued up to a time; kept by <see cref="Save"/>.</summary>
    public void Set(string host, long time) => _marks[host] = time;

    /// <summary>
    /// Writes the marks of all hosts to disk, which costs as much for one host as for all: once for many of them.
    /// </summary>
    /// <exception cref="IOException">They could not be written; the file is as it was.</exception>
    public void Save()
    {
        string next = _path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        using (var writer = new StreamWriter(file))
        {
            foreach ((string name, long at) in _marks)
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{at} {Uri.EscapeDataString(name)}\n"));
            }

            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
    }
}
