using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Leakstat.Cli.Options;

/// <summary>
/// One part of the hosts of a fleet, by a hash of the name that is the same on every machine and in every version: N
/// workers with parts 1 to N judge each host once.
/// </summary>
/// <param name="Number">Which part, from 1.</param>
/// <param name="Of">Into how many parts.</param>
internal sealed record HostShard(int Number, int Of)
{
    private const int Most = 10_000;

    /// <summary>Reads <c>2/8</c>; null where it is none.</summary>
    public static HostShard? Parse(string text)
    {
        string[] words = text.Split('/');
        return words.Length == 2
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parts)
            && number >= 1 && number <= parts && parts <= Most
            ? new HostShard(number, parts)
            : null;
    }

    /// <summary>Whether a host is in it.</summary>
    public bool Has(string host) =>
        (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(host)) % (ulong)Of) == Number - 1;

    /// <inheritdoc/>
    public override string ToString() => $"{Number}/{Of}";
}
