using System.Globalization;
using System.Text;
using Leakstat.Captures.Sources;

namespace Leakstat.Cli.Targets;

/// <summary>
/// Writes captures of live hosts into a spool, <c>SPOOL/HOST/TIME/</c>, each under a temporary name first: a reader
/// never sees half of one. A folder belongs to one target: two hosts of one name do not get mixed.
/// </summary>
internal sealed class SpoolWriter(string spool)
{
    /// <summary>Bytes of the file that says whose folder it is.</summary>
    private const int LongestKey = 64 << 10;

    private const string Owner = ".target";
    private const int MostOfOneSecond = 100;

    private readonly Dictionary<string, string> _folders = [];
    private readonly Lock _lock = new();

    /// <summary>What is worth saying about a folder; empty for nothing.</summary>
    public Action<string> Remark { get; init; } = static _ => { };

    /// <summary>Writes a capture and gives the folder; throws what files throw.</summary>
    public string Write(LiveTarget target, StreamedCapture capture)
    {
        string name = FolderOf(target, capture.Host);
        StreamedCapture named = name == capture.Host ? capture : capture with { Host = name };
        return Write(Path.Combine(spool, name), named.TakenAt, [.. named.FolderFiles()]);
    }

    /// <summary>Writes files as a capture into the folder of a host.</summary>
    public static string Write(
        string folder, DateTimeOffset takenAt, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> files)
    {
        PrivateFiles.MakeFolder(folder);
        string temporary = Path.Combine(folder, $".part-{Environment.ProcessId}-{Guid.NewGuid():N}");
        PrivateFiles.MakeFolder(temporary);
        try
        {
            foreach ((string file, ReadOnlyMemory<byte> content) in files)
            {
                PrivateFiles.Write(Path.Combine(temporary, file), content.Span);
            }

            string time = takenAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            for (int i = 0; ; i++)
            {
                // A clock that was set back, or two captures in one second: neither takes the place of the other.
                string place = Path.Combine(folder, i == 0 ? time : $"{time}-{i}");
                if (Path.Exists(place) && i < MostOfOneSecond)
                {
                    continue;
                }

                Directory.Move(temporary, place);
                return place;
            }
        }
        catch
        {
            TemporaryFolder.Remove(temporary);
            throw;
        }
    }

    private string FolderOf(LiveTarget target, string host)
    {
        string key = Key(target);
        lock (_lock)
        {
            if (_folders.TryGetValue(key, out string? known))
            {
                return known;
            }

            string wanted = target.Name ?? host;
            string folder = Claim(wanted, key);
            if (folder != wanted)
            {
                Remark(
                    $"{target.Text}: the captures of another target are in {Path.Combine(spool, wanted)}; those of "
                        + $"this one go to {folder}. Name it with name= in the inventory.");
            }

            return _folders[key] = folder;
        }
    }

    /// <summary>The folder of that name, or one with the target's name behind it where another target has it.</summary>
    private string Claim(string wanted, string key)
    {
        string plain = string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
        foreach (string name in (string[])[wanted, $"{wanted}_{plain}"])
        {
            string folder = Path.Combine(spool, name);
            string owner = Path.Combine(folder, Owner);
            PrivateFiles.MakeFolder(folder);
            if (!File.Exists(owner))
            {
                PrivateFiles.Replace(owner, Encoding.UTF8.GetBytes(key + "\n"));
                return name;
            }

            if (Encoding.UTF8.GetString(OpenedFile.ReadAll(owner, LongestKey)).Trim() == key)
            {
                return name;
            }
        }

        return $"{wanted}_{plain}";
    }

    private static string Key(LiveTarget target) =>
        target.IsLocal ? "local" : $"{target.Host}{(target.Port is { } port ? $":{port}" : "")}";
}
