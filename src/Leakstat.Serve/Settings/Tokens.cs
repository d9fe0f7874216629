using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Leakstat.Engines.Settings;
using Leakstat.Platform;

namespace Leakstat.Serve.Settings;

/// <summary>
/// Tokens and whose they are. Neither the time that a look-up takes nor a dump of the table tells a token: what is kept
/// and compared is a hash under a key that is made at random at each start.
/// </summary>
internal sealed class Tokens
{
    /// <summary>Characters of a token at least; 32 random hexadecimal digits are 128 bits.</summary>
    public const int Shortest = 16;

    private const int Longest = 512;
    private const int MostBytes = 16 << 20;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly FrozenDictionary<string, string> _owners;

    /// <summary>Takes tokens, each with its owner.</summary>
    public Tokens(IEnumerable<(string Owner, string Token)> tokens) =>
        _owners = tokens.ToFrozenDictionary(t => Hash(t.Token), t => t.Owner);

    /// <summary>Owner of a token; null where nobody has it.</summary>
    public string? OwnerOf(string token) =>
        token.Length <= Longest && _owners.TryGetValue(Hash(token), out string? owner) ? owner : null;

    /// <summary>Reads a file with one token, and nothing else but the end of its line.</summary>
    /// <exception cref="IOException">It cannot be read, or holds no token.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadOne(string file)
    {
        string token = Encoding.UTF8.GetString(OpenedFile.ReadAll(file, MostBytes)).Trim();
        return WhyNot(token) is { } why ? throw new IOException(why) : token;
    }

    /// <summary>Reads the tokens of hosts, <c>HOST TOKEN</c> a line; <c>#</c> begins a comment.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problems">Takes lines that are wrong.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ImmutableArray<(string Host, string Token)> ReadHosts(string file, List<SettingsProblem> problems)
    {
        string[] lines = Encoding.UTF8.GetString(OpenedFile.ReadAll(file, MostBytes)).Split('\n');
        var hosts = ImmutableArray.CreateBuilder<(string, string)>();
        HashSet<string> tokens = [];
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            string? wrong = words switch
            {
                [] => null,
                [var host, var token] => !LiveTarget.IsPlainName(host)
                    ? "a host is letters, digits, dots, hyphens and underscores"
                    : WhyNot(token) ?? (tokens.Add(token) ? null : "the token of another host: each has its own"),
                _ => "a line is HOST TOKEN",
            };
            if (wrong is not null)
            {
                problems.Add(new SettingsProblem(file, i + 1, wrong));
            }
            else if (words.Length == 2)
            {
                hosts.Add((words[0], words[1]));
            }
        }

        return hosts.DrainToImmutable();
    }

    /// <summary>A token that nobody can guess.</summary>
    public static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static string? WhyNot(string token) =>
        token.Length < Shortest ? $"a token has at least {Shortest} characters (openssl rand -hex 16 makes one)"
            : token.Length > Longest ? $"a token has at most {Longest} characters"
            : token.All(c => c is > ' ' and < '\x7f') ? null
            : "a token is of printable ASCII characters";

    private string Hash(string token) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(token)));
}
