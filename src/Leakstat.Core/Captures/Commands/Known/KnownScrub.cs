using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Known;

/// <summary>Outputs that no diagnosis uses, and that name pools, datasets and jails.</summary>
internal sealed class KnownScrub(
    Pseudonyms names, LineScrubber lines, Action<Pseudonyms, string> learn) : OutputScrub(names, lines)
{
    /// <inheritdoc/>
    public override void Learn(string line) => learn(Names, line);

    /// <summary>The line <c>pool:</c> of zpool-status(8).</summary>
    public static void PoolLine(Pseudonyms names, string line)
    {
        if (line.StartsWith("  pool: ", StringComparison.Ordinal))
        {
            names.Learn(SecretKind.Pool, line[8..].Trim());
        }
    }

    /// <summary>Rows that begin with a pool.</summary>
    public static void PoolRow(Pseudonyms names, string line)
    {
        string first = First(line);
        if (first.Length > 0 && char.IsAsciiLetter(first[0]) && first is not ("NAME" or "capacity" or "pool"))
        {
            names.Learn(SecretKind.Pool, first);
        }
    }

    /// <summary>Rows that begin with a dataset.</summary>
    public static void DatasetRow(Pseudonyms names, string line)
    {
        string first = First(line);
        if (first.Length > 0 && first != "NAME")
        {
            NameLearner.LearnDataset(names, first);
        }
    }

    /// <summary>Rows of mount(8).</summary>
    public static void MountRow(Pseudonyms names, string line)
    {
        if (line.Contains(" (zfs", StringComparison.Ordinal))
        {
            NameLearner.LearnDataset(names, First(line));
        }
    }

    /// <summary>Rows of df(1).</summary>
    public static void FileSystemRow(Pseudonyms names, string line)
    {
        string first = First(line);
        if (first.Length > 0 && !first.StartsWith('/') && first.Contains('/', StringComparison.Ordinal))
        {
            NameLearner.LearnDataset(names, first);
        }
    }

    /// <summary>Rows of jls(8).</summary>
    public static void JailRow(Pseudonyms names, string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length >= 3 && words[0].All(char.IsAsciiDigit))
        {
            foreach (string word in words.Skip(1).Where(
                w => !w.StartsWith('/') && !System.Net.IPAddress.TryParse(w, out _)))
            {
                names.Learn(SecretKind.Jail, word);
            }
        }
    }

    private static string First(string line) => line.Trim().Split(' ')[0];
}
