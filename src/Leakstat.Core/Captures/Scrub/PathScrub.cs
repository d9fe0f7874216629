using System.Collections.Frozen;
using System.Globalization;
using Leakstat.Captures.Secrets;
using Leakstat.Captures.Sources;

namespace Leakstat.Captures.Scrub;

/// <summary>
/// Chooses the paths of the output. Names that say what a file holds or when it was taken stay; hosts are renamed as
/// everywhere; any other name gives way to a number, in the order that the names had.
/// </summary>
internal sealed class PathScrub(Pseudonyms names)
{
    private static readonly FrozenSet<string> Plain = FrozenSet.ToFrozenSet(
    [
        "vmstat", "netstat", "sysctl", "arcstats", "arc", "kldstat", "top", "swapinfo", "ps", "dmesg", "manifest",
        "uname", "uptime", "core", "loader", "conf", "local", "txt", "json", "xml", "log", "out", "messages", "boot",
        "var", "run", "etc", "before", "after", "capture", "captures", "caps", "cap", "sample", "samples", "spool",
        "host", "uma", "malloc", "zones", "phys", "free", "io", "summary", "zfs", "stats", "zpool", "status", "list",
        "df", "mount", "ifconfig", "iostat", "gstat", "pstat", "date", "series", "day", "crash", "info", "transcript",
        "paste", "leak", "load", "fresh", "an", "aux", "rn", "file", "folder", "system", "kernel", "memory", "mbuf",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>Digits of the longest number that counts captures.</summary>
    private const int LongestNumber = 4;

    private const int MostOptions = 3;

    private readonly SortedDictionary<string, SortedSet<string>> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _chosen = [];
    private readonly HashSet<string> _files = [];

    /// <summary>The files that were noted, in order.</summary>
    public IEnumerable<string> Files => _files.Order(StringComparer.Ordinal);

    /// <summary>Takes note of a file of the source.</summary>
    public void Add(string path)
    {
        _files.Add(path);
        for (string part = path; part.Length > 0;)
        {
            int slash = part.LastIndexOf('/');
            string folder = slash < 0 ? "" : part[..slash];
            if (!_folders.TryGetValue(folder, out SortedSet<string>? children))
            {
                _folders[folder] = children = new SortedSet<string>(NaturalOrder.Instance);
            }

            children.Add(part[(slash + 1)..]);
            part = folder;
        }
    }

    /// <summary>Chooses the names, once all files are noted.</summary>
    public void Choose()
    {
        foreach ((string folder, SortedSet<string> children) in _folders)
        {
            Choose(folder, [.. children.Where(c => !_files.Contains(Full(folder, c)))], "folder", isFile: false);
            Choose(folder, [.. children.Where(c => _files.Contains(Full(folder, c)))], "file", isFile: true);
        }
    }

    /// <summary>The path of a file in the output; null for one that was not noted.</summary>
    public string? Of(string path)
    {
        string[] parts = path.Split('/');
        string full = "";
        for (int i = 0; i < parts.Length; i++)
        {
            full = full.Length == 0 ? parts[i] : full + "/" + parts[i];
            if (!_chosen.TryGetValue(full, out string? chosen))
            {
                return null;
            }

            parts[i] = chosen;
        }

        return string.Join('/', parts);
    }

    private void Choose(string folder, string[] children, string prefix, bool isFile)
    {
        // Captures are put in order by their names where nothing else tells it: one name that goes takes its neighbours
        // along.
        bool renumber = !isFile && children.Any(c => !Stays(c) && !IsHost(c));
        int width = Math.Max(children.Length.ToString(CultureInfo.InvariantCulture).Length, 2);
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < children.Length; i++)
        {
            string name = children[i];
            bool isTime = TimestampName.Parse(name, out _) is not null;
            string number = $"{prefix}-{(i + 1).ToString(CultureInfo.InvariantCulture).PadLeft(width, '0')}";
            string chosen = isTime || (Stays(name) && !renumber)
                ? isFile ? WithoutPacking(name) : name
                : IsHost(name) && !renumber
                    ? names.Restore(names.Mark(SecretKind.Host, name.Split('.')[0]), aligned: false)
                    : isFile ? number + Ending(name) : number;
            while (!taken.Add(chosen))
            {
                chosen = number + "-" + chosen;
            }

            _chosen[Full(folder, name)] = chosen;
        }
    }

    private bool IsHost(string name) => names.Knows(SecretKind.Host, name.Split('.')[0]);

    /// <summary>
    /// Whether a name tells nothing of anybody: every run of letters says what a file holds, or is the letter of an
    /// option, and there is one short number at most; several may be an address or a date.
    /// </summary>
    private static bool Stays(string name)
    {
        if (name.Length > 64)
        {
            return false;
        }

        int numbers = 0;
        int letters = 0;
        int start = 0;
        for (int i = 0; i <= name.Length; i++)
        {
            if (i < name.Length && (char.IsAsciiLetter(name[i]) || name[i] > 0x7f))
            {
                continue;
            }

            if (i - start > 1 && !Plain.Contains(name[start..i]) && !(name[start..i] is "gz" or "zst"))
            {
                return false;
            }

            letters += i - start == 1 ? 1 : 0;
            int end = i;
            while (end < name.Length && char.IsAsciiDigit(name[end]))
            {
                end++;
            }

            numbers += end > i ? 1 : 0;
            if (end - i > LongestNumber || (end < name.Length && end == i && name[i] is not ('-' or '_' or '.' or ':')))
            {
                return false;
            }

            i = end > i ? end - 1 : i;
            start = i + 1;
        }

        return numbers <= 1 && letters <= MostOptions;
    }

    private static string Ending(
        string name) => Path.GetExtension(
            WithoutPacking(name)).ToLowerInvariant() is ".txt" or ".json" or ".xml" or ".log" or ".conf"
        ? Path.GetExtension(WithoutPacking(name)).ToLowerInvariant()
        : ".txt";

    private static string WithoutPacking(string name) =>
        name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3]
        : name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? name[..^4]
        : name;

    private static string Full(string folder, string name) => folder.Length == 0 ? name : folder + "/" + name;
}
