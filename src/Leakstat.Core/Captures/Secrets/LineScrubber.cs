using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// Replaces in one line what its form or what was learned tells to be a secret. The result holds marks.
/// </summary>
internal sealed class LineScrubber(Pseudonyms names)
{
    /// <summary>What ends a word beyond all measure.</summary>
    private static readonly SearchValues<char> s_ends = SearchValues.Create(" \t,<>{}");

    /// <summary>A line longer than this is not text of anything that is read.</summary>
    public const int LongestLine = 1 << 20;

    /// <summary>Forms are looked for in so much at a time: some take the square of a text's length.</summary>
    private const int Piece = 4096;

    private readonly WordMask _mask = new(names);

    /// <summary>
    /// Scrubs a line: what its form or what was learned tells to be secret is replaced, and of all other words only
    /// those stay that are known to be harmless.
    /// </summary>
    public string Strict(string line)
    {
        if (line.Length <= Piece)
        {
            return _mask.Of(names.ReplaceWords(Forms(line)));
        }

        var built = new StringBuilder(line.Length);
        foreach (Range piece in Pieces(line))
        {
            string text = line[piece];
            built.Append(text.Length > Piece ? names.TakeOut() : Strict(text));
        }

        return built.ToString();
    }

    /// <summary>
    /// A line in pieces that forms can be looked for in, ended between words; one is longer where a word is.
    /// </summary>
    public static IEnumerable<Range> Pieces(string line)
    {
        for (int at = 0; at < line.Length;)
        {
            int end = PieceEnd(line, at);
            yield return at..end;
            at = end;
        }
    }

    /// <summary>The line with what its form alone tells to be secret replaced.</summary>
    public string Forms(string line)
    {
        try
        {
            return Patterns(line);
        }
        catch (RegexMatchTimeoutException)
        {
            return names.TakeOut();
        }
    }

    /// <summary>Part of a name that somebody may have made up: of a sysctl, a tunable.</summary>
    public string NamePart(string part) =>
        Forms(part) is var formed && formed != part
            ? formed
            : _mask.IsHarmlessName(part) ? part : names.Mark(SecretKind.Name, part);

    /// <summary>
    /// A program's name, without its folder and what stands behind it: those that FreeBSD and its ports are known by
    /// stay.
    /// </summary>
    public string Program(string name) =>
        _mask.IsHarmlessName(name) && Forms(name) == name ? name : names.Mark(SecretKind.Program, name);

    /// <summary>Whether all words of a name are FreeBSD's own.</summary>
    public bool IsHarmlessName(string name) => _mask.IsHarmlessName(name);

    private static int PieceEnd(string line, int at)
    {
        if (line.Length - at <= Piece)
        {
            return line.Length;
        }

        for (int end = at + Piece; end > at; end--)
        {
            if (line[end - 1] is ' ' or '\t' or ',' or '<' or '>' or '{' or '}')
            {
                return end;
            }
        }

        // A word beyond all measure: all of it at once.
        int behind = line.AsSpan(at).IndexOfAny(s_ends);
        return behind < 0 ? line.Length : Math.Max(at + behind, at + Piece + 1);
    }

    /// <summary>A host name where its place tells that it is one.</summary>
    public string Host(string host)
    {
        if (host.Length == 0 || host is "localhost" or "(none)" || IPAddress.TryParse(host, out _))
        {
            return Strict(host);
        }

        int dot = host.IndexOf('.', StringComparison.Ordinal);
        string rest = dot < 0 ? "" : host[(dot + 1)..].Trim('.');
        return names.Mark(SecretKind.Host, dot < 0 ? host : host[..dot]) + (rest.Length > 0
            ? "." + names.Mark(SecretKind.Domain, rest)
            : "");
    }

    /// <summary>A user name where its place tells that it is one.</summary>
    public string User(string user) => ProtectedWords.IsSystemAccount(user) ? user : names.Mark(SecretKind.User, user);

    /// <summary>A dataset's path, <c>pool/a/b@snapshot</c>, part by part.</summary>
    public string DatasetPath(string path)
    {
        var built = new StringBuilder();
        int part = 0;
        foreach (Range range in Split(path))
        {
            string text = path[range];
            bool isSeparator = text is "/" or "@" or "#";
            built.Append(isSeparator ? text : names.Mark(part == 0 ? SecretKind.Pool : SecretKind.Dataset, text));
            part += isSeparator ? 0 : 1;
        }

        return built.ToString();
    }

    private static IEnumerable<Range> Split(string path)
    {
        int start = 0;
        for (int i = 0; i <= path.Length; i++)
        {
            if (i == path.Length || path[i] is '/' or '@' or '#')
            {
                if (i > start)
                {
                    yield return start..i;
                }

                if (i < path.Length)
                {
                    yield return i..(i + 1);
                }

                start = i + 1;
            }
        }
    }

    private string Patterns(string line)
    {
        if (line.AsSpan().IndexOfAnyExceptInRange('\0', '\u00ff') >= 0)
        {
            throw new ArgumentException("the line holds marks already", nameof(line));
        }

        line = SecretPatterns.Token().Replace(line, _ => names.TakeOut());
        line = SecretPatterns.Password().Replace(line, m => m.Groups["what"].Value + names.TakeOut());
        line = SecretPatterns.Url().Replace(line, m => m.Groups["scheme"].Value + names.TakeOut());
        line = SecretPatterns.AtHost().Replace(line, At);
        line = SecretPatterns.Uuid().Replace(
            line, m => IsPlain(m.Value) ? m.Value : names.Mark(SecretKind.Uuid, m.Value));
        line = SecretPatterns.Mac().Replace(
            line, m => IsPlain(m.Value) ? m.Value : names.Mark(SecretKind.Mac, m.Value));
        line = SecretPatterns.Serial().Replace(
            line, m => m.Groups["before"].Value + names.Mark(SecretKind.Serial, m.Groups["name"].Value));
        line = SecretPatterns.NfsServer().Replace(line, m => m.Groups["before"].Value
            + Host(m.Groups["host"].Value)
            + ":"
            + (m.Groups["path"].Length > 0 ? names.Mark(SecretKind.Path, m.Groups["path"].Value) : ""));
        line = SecretPatterns.WorldWideName().Replace(line, m => names.Mark(SecretKind.Serial, m.Value));
        line = SecretPatterns.Ipv6().Replace(line, V6);
        line = SecretPatterns.Ipv4().Replace(line, V4);
        line = SecretPatterns.IdentifyingNumber().Replace(
            line, m => m.Groups["before"].Value + names.Mark(SecretKind.Serial, m.Groups["name"].Value));
        line = SecretPatterns.DashedNumber().Replace(line, m => names.Mark(SecretKind.Serial, m.Value));
        line = SecretPatterns.AddressName().Replace(line, m => names.Mark(SecretKind.Host, m.Value));
        line = SecretPatterns.Home().Replace(
            line,
            m => m.Groups["home"].Value
                + names.Mark(SecretKind.User, m.Groups["user"].Value)
                + LastPart(m.Groups["rest"].Value));
        line = SecretPatterns.RootHome().Replace(line, m => "/root" + LastPart("/" + m.Groups["rest"].Value));
        line = SecretPatterns.Dataset().Replace(
            line, m => m.Groups["before"].Value + DatasetPath(m.Groups["name"].Value));
        line = SecretPatterns.Label().Replace(
            line, m => m.Groups["before"].Value + names.Mark(SecretKind.Label, m.Groups["name"].Value));
        line = SecretPatterns.Ssid().Replace(
            line, m => m.Groups["before"].Value + names.Mark(SecretKind.Label, m.Groups["name"].Value));
        line = SecretPatterns.Jail().Replace(
            line, m => m.Groups["before"].Value + names.Mark(SecretKind.Jail, m.Groups["name"].Value));
        line = SecretPatterns.FullName().Replace(
            line,
            m => names.Mark(SecretKind.Host, m.Groups["host"].Value)
                + "."
                + names.Mark(SecretKind.Domain, m.Groups["domain"].Value));
        return line;
    }

    private string At(Match match)
    {
        string user = match.Groups["user"].Value;
        string host = match.Groups["host"].Value;
        if (host.StartsWith("pci", StringComparison.Ordinal) && char.IsAsciiDigit(host[^1]))
        {
            return match.Value;
        }

        string first = host.Split('.')[0];
        return host.Contains('.') && !names.Knows(SecretKind.Host, first) && !ProtectedWords.IsSystemAccount(user)
            ? names.Mark(SecretKind.Mail, match.Value)
            : User(user) + "@" + Host(host);
    }

    private string V6(Match match)
    {
        string text = match.Value.TrimEnd(':') is { Length: > 1 } trimmed
            && !match.Value.EndsWith("::", StringComparison.Ordinal)
            ? trimmed
            : match.Value;
        if (text.AsSpan().Count(':') < 2
            || !IPAddress.TryParse(text, out IPAddress? address)
            || address.AddressFamily != AddressFamily.InterNetworkV6
            || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.IPv6Loopback))
        {
            return match.Value;
        }

        return names.Mark(SecretKind.Ipv6, address.ToString()) + match.Value[text.Length..];
    }

    private string V4(Match match)
    {
        string text = match.Groups["address"].Value;
        int[] parts = [.. text.Split('.').Select(p => int.Parse(p, CultureInfo.InvariantCulture))];

        // Masks, loopback and "any" tell nothing of anyone; a part above 255 makes it a version or a measure.
        bool isPlain = parts.Any(p => p > 255) || parts[0] is 0 or 127 or 255;
        return isPlain ? match.Value : names.Mark(SecretKind.Ipv4, text) + match.Groups["port"].Value;
    }

    private static bool IsPlain(string digits) => digits.Where(char.IsAsciiLetterOrDigit).Distinct().Count() == 1;

    /// <summary>A module's file is needed; what else the path tells is not.</summary>
    private static string LastPart(string path)
    {
        string last = path[(path.LastIndexOf('/') + 1)..];
        return path.Length == 0 ? "" : last.EndsWith(".ko", StringComparison.Ordinal) ? "/" + last : "/...";
    }
}
